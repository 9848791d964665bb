import { ModelUse } from "../../../src/models/memory/model-use.ts";
import { describe, expect, it } from "vitest";
import { embedCalls, type EmbedCall } from "../../../src/embeddings/embed-call.ts";
import { ClientLeft } from "../../../src/errors/abort-reasons.ts";
import type { UpstreamAnswer, UpstreamCall } from "../../../src/http/transport.ts";
import { CallRecord } from "../../../src/inference/call-record.ts";
import { InferencePipeline, type InferenceRequest } from "../../../src/inference/pipeline.ts";
import { Deadlines } from "../../../src/runtime/deadlines.ts";
import { Admission } from "../../../src/scheduling/admission.ts";
import { type FakeClient, fakeClient } from "../../support/fake-client.ts";
import { noLanes } from "../../support/no-lanes.ts";
import { fakeHost, setUpQueue } from "../scheduling/queue-set-up.ts";

function callOf(
  texts: string[],
  { dimensions, truncate = false }: { dimensions?: number; truncate?: boolean } = {},
  { signal }: FakeClient = fakeClient(),
): EmbedCall {
  return {
    texts,
    options: { model: "Mini", dimensions },
    truncate,
    tenant: "ada",
    parts: new Map([["ada", 1]]),
    background: false,
    maxExpectedMs: undefined,
    signal,
    record: new CallRecord(),
  };
}

const ANSWER = { embeddings: [[0.6, 0.8]], prompt_eval_count: 4 };
const EMBEDDING = { vector: Float32Array.of(0.6, 0.8), tokens: 4 };

async function* bodyOf(...pieces: (string | Error)[]) {
  for (const piece of pieces) {
    if (piece instanceof Error) throw piece;
    yield Buffer.from(piece);
  }
}

/** Calls on one of the two ways, to a server that the test plays. */
function setUp(
  way: "withPlace" | "withoutPlace",
  answer: (call: UpstreamCall) => Promise<UpstreamAnswer>,
) {
  const calls: UpstreamCall[] = [];
  const used: string[] = [];
  const asked: InferenceRequest[] = [];
  const { queue, held } = setUpQueue();
  const pipeline = new InferencePipeline({
    admission: new Admission({
      queue,
      catalog: { isKnownMissing: () => false },
      loadedModels: { ensureLoaded: () => 0, isLoaded: () => false, isLoading: () => false },
    }),
    catalog: { assertAllowed: () => {}, isRemote: () => false },
    modelUse: new ModelUse(),
    stuckModels: { assertWorks: () => {} },
    lanes: noLanes,
    loadedModels: { used: (model) => void used.push(model), forget: () => {} },
    transport: {
      call: (one) => {
        calls.push(one);
        return answer(one);
      },
    },
    deadlines: new Deadlines(),
    host: fakeHost,
    room: { assertFits: () => undefined },
    hardStopMs: { text: 5000, vision: 5000 },
  });
  const watched = {
    withPlace: <T>(...[request, signal, use]: Parameters<typeof pipeline.withPlace<T>>) => {
      asked.push(request);
      return pipeline.withPlace(request, signal, use);
    },
    withoutPlace: <T>(...given: Parameters<typeof pipeline.withoutPlace<T>>) =>
      pipeline.withoutPlace(...given),
  };
  return { call: embedCalls(watched, way), calls, used, asked, queue, held };
}

const says =
  (status: number, ...pieces: (string | Error)[]) =>
  (): Promise<UpstreamAnswer> => {
    const body = bodyOf(...pieces);
    return Promise.resolve({ status, contentType: "", body, isBeingRead: () => true });
  };

const sent = (calls: UpstreamCall[]): unknown => JSON.parse(String(calls[0]?.body));

describe("calls with a place", () => {
  it("ask under the tenant's name, for as long as anybody waits", async () => {
    const { call, calls, asked, queue } = setUp("withPlace", says(200, JSON.stringify(ANSWER)));
    const made = callOf(["a"], { dimensions: 2 });
    expect(await call(made)).toEqual({ embeddings: [EMBEDDING] });
    expect(made.record).toMatchObject({ queueMs: 0, loadMs: 0, usage: { inputTokens: 4 } });
    expect(calls[0]).toMatchObject({ path: "/api/embed" });
    expect(sent(calls)).toEqual({ model: "Mini", input: "a", dimensions: 2, truncate: false });
    expect(asked).toMatchObject([
      { tenant: "ada", line: "text", model: "Mini", hints: { kind: "embed" } },
    ]);
    expect(queue.stats("text")).toMatchObject({ in_progress: 0, completed: 1 });
  });

  it("send several texts as a list, and nothing that was not asked for", async () => {
    const { call, calls } = setUp("withPlace", says(200, '{"embeddings":[[1],[1]]}'));
    await call(callOf(["a", "b"]));
    expect(sent(calls)).toEqual({ model: "Mini", input: ["a", "b"], truncate: false });
  });

  it.each([
    ["so many tokens were read", 512, ',"prompt_eval_count":512'],
    ["nobody knows how many tokens were read", null, ""],
  ])("tell of texts that were to be cut that %s", async (_what, kept, counted) => {
    const said = `{"embeddings":[[1],[1]]${counted}}`;
    const { call, calls } = setUp("withPlace", says(200, said));
    const { truncated } = await call(callOf(["a", "b"], { truncate: true }));
    expect(truncated).toEqual({ kept });
    expect(sent(calls)).toMatchObject({ truncate: true });
  });

  it("fail with a text that is too long, where it is not to be cut", async () => {
    const said = '{"error":"the input length exceeds the context length"}';
    const { call, queue } = setUp("withPlace", says(400, said));
    await expect(call(callOf(["a"]))).rejects.toMatchObject({ code: "prompt_too_large" });
    expect(queue.stats("text").in_progress).toBe(0);
  });
});

describe("calls without a place", () => {
  it("ask the server, and tell that the model is in memory", async () => {
    const { call, calls, used, queue } = setUp("withoutPlace", says(200, JSON.stringify(ANSWER)));
    expect((await call(callOf(["a"]))).embeddings).toEqual([EMBEDDING]);
    expect(calls).toMatchObject([{ origin: "http://up", method: "POST", path: "/api/embed" }]);
    expect(sent(calls)).toEqual({ model: "Mini", input: "a", truncate: false });
    expect(used).toEqual(["mini:latest"]);
    expect(queue.stats("text").completed).toBe(0);
  });

  it.each([
    ["a refusal", 400, "invalid_request", ['{"error":"too long"}']],
    ["a missing model", 404, "model_not_found", ['{"error":"not found"}']],
    ["a failure", 500, "upstream_unavailable", ['{"error":"no memory"}']],
    ["what is no JSON", 200, "upstream_unavailable", ["nope"]],
    ["an answer that breaks off", 200, "upstream_unavailable", ["{", new Error("reset")]],
  ])("fail with %s as requests do", async (_what, status, code, pieces) => {
    const { call, used } = setUp("withoutPlace", says(status, ...pieces));
    await expect(call(callOf(["a"]))).rejects.toMatchObject({ code });
    expect(used).toEqual([]);
  });

  it("fail with vectors that are none", async () => {
    const { call } = setUp("withoutPlace", says(200, '{"embeddings":[[]]}'));
    const code = "upstream_unavailable";
    await expect(call(callOf(["a"]))).rejects.toMatchObject({ code });
  });

  it("end when they are called off", async () => {
    const { call, calls } = setUp(
      "withoutPlace",
      ({ signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => reject(new Error("the connection was cut")));
        }),
    );
    const client = fakeClient();
    const made = callOf(["a", "b"], {}, client);
    const answer = call(made).catch((err: unknown) => err);
    expect(calls[0]?.signal.aborted).toBe(false);
    client.leave();
    expect(await answer).toBeInstanceOf(ClientLeft);
    await expect(call(made)).rejects.toBeInstanceOf(ClientLeft);
    expect(calls).toHaveLength(1);
    expect(client.listeners()).toBe(0);
  });
});
