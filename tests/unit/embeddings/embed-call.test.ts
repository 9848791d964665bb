import { describe, expect, it } from "vitest";
import { directCalls, queuedCalls, type EmbedCall } from "../../../src/embeddings/embed-call.ts";
import { Participants } from "../../../src/embeddings/flight.ts";
import { ClientLeft } from "../../../src/errors/service-error.ts";
import type {
  InferenceRequest,
  OllamaAnswer,
  RequestScope,
} from "../../../src/inference/runner.ts";
import type { UpstreamAnswer, UpstreamCall } from "../../../src/http/transport.ts";

function callOf(texts: string[], options: Partial<EmbedCall["options"]> = {}): EmbedCall {
  return {
    texts,
    options: { model: "Mini", dimensions: undefined, truncate: undefined, ...options },
    tenant: "ada",
    participants: new Participants(2),
  };
}

const ANSWER = { embeddings: [[0.6, 0.8]], prompt_eval_count: 4 };
const EMBEDDING = { vector: Float32Array.of(0.6, 0.8), tokens: 4 };

describe("queuedCalls", () => {
  function setUp(answer: OllamaAnswer = ANSWER) {
    const asked: { request: InferenceRequest; scope: RequestScope }[] = [];
    const call = queuedCalls({
      answer: (request, scope) => {
        asked.push({ request, scope });
        scope.record.queueMs = 3;
        scope.record.loadMs = 0;
        return Promise.resolve(answer);
      },
    });
    return { call, asked };
  }

  it("ask under the tenant's name, for as long as anybody takes part", async () => {
    const { call, asked } = setUp();
    const made = callOf(["a"], { dimensions: 2, truncate: false });
    expect(await call(made)).toEqual({ embeddings: [EMBEDDING], queueMs: 3, loadMs: 0 });
    const [{ request, scope } = { request: undefined, scope: undefined }] = asked;
    expect(request).toMatchObject({
      path: "/api/embed",
      line: "text",
      model: "Mini",
      body: { input: "a", dimensions: 2, truncate: false },
      hints: { kind: "embed" },
    });
    expect(scope?.record.tenant).toBe("ada");
    expect(scope?.exchange).toBe(made.participants);
  });

  it("send several texts as a list, and nothing that was not asked for", async () => {
    const { call, asked } = setUp({ embeddings: [[1], [1]] });
    await call(callOf(["a", "b"]));
    expect(asked[0]?.request.body).toEqual({ input: ["a", "b"] });
  });
});

describe("directCalls", () => {
  async function* bodyOf(...pieces: (string | Error)[]) {
    for (const piece of pieces) {
      if (piece instanceof Error) throw piece;
      yield Buffer.from(piece);
    }
  }

  function setUp(answer: (call: UpstreamCall) => Promise<UpstreamAnswer>) {
    const calls: UpstreamCall[] = [];
    const used: string[] = [];
    const call = directCalls({
      transport: {
        forward: () => Promise.reject(new Error("not here")),
        call: (one) => {
          calls.push(one);
          return answer(one);
        },
        close: () => Promise.resolve(),
      },
      upstream: { origin: "http://up" },
      loadedModels: { used: (model) => void used.push(model) },
    });
    return { call, calls, used };
  }

  const says = (status: number, ...pieces: (string | Error)[]) =>
    setUp(() =>
      Promise.resolve({
        status,
        contentType: "",
        body: bodyOf(...pieces),
        isBeingRead: () => true,
      }),
    );

  it("ask the server, and tell that the model is in memory", async () => {
    const { call, calls, used } = says(200, JSON.stringify(ANSWER));
    expect((await call(callOf(["a"]))).embeddings).toEqual([EMBEDDING]);
    expect(calls).toMatchObject([{ origin: "http://up", method: "POST", path: "/api/embed" }]);
    expect(JSON.parse(String(calls[0]?.body))).toEqual({ model: "Mini", input: "a" });
    expect(used).toEqual(["mini:latest"]);
  });

  it.each([
    ["a refusal", 400, "invalid_request", ['{"error":"too long"}']],
    ["a missing model", 404, "model_not_found", ['{"error":"not found"}']],
    ["a failure", 500, "upstream_unavailable", ['{"error":"no memory"}']],
    ["what is no JSON", 200, "upstream_unavailable", ["nope"]],
    ["vectors that are none", 200, "upstream_unavailable", ['{"embeddings":[[]]}']],
    ["an answer that breaks off", 200, "upstream_unavailable", ["{", new Error("reset")]],
  ])("fail with %s as requests do", async (_what, status, code, pieces) => {
    const { call, used } = says(status, ...pieces);
    await expect(call(callOf(["a"]))).rejects.toMatchObject({ code });
    expect(used).toEqual([]);
  });

  it("end when all who take part have left, and not before", async () => {
    const { call, calls } = setUp(
      ({ signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => reject(new Error("the connection was cut")));
        }),
    );
    const made = callOf(["a", "b"]);
    const answer = call(made).catch((err: unknown) => err);
    made.participants.leave("gone");
    expect(calls[0]?.signal.aborted).toBe(false);
    made.participants.leave("gone");
    expect(await answer).toBeInstanceOf(ClientLeft);
    await expect(call(made)).rejects.toBeInstanceOf(ClientLeft);
    expect(calls).toHaveLength(1);
  });
});
