import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ggufFile } from "../../../tests/support/gguf-files.ts";
import { rewriteGguf } from "../../../tests/support/gguf-rewrite.ts";
import { type RealService, startRealService } from "../../../tests/support/real-service.ts";
import { scriptedModel } from "../../../tests/support/scripted-model.ts";
import { shareTextModel, storeModel } from "../../../tests/support/stored-model.ts";
import { MODELS_DIR, keepReading } from "./engine-process.ts";
import { noWeights } from "./temp-models.ts";

const FEW = { num_predict: 4, num_ctx: 128 };

let service: RealService;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "engine-hostile-gateway-"));
  const right = join(folder, "right.gguf");
  await writeFile(right, scriptedModel());
  const weights = join(folder, "weights.gguf");
  const store = async (name: string) => {
    await storeModel(folder, { name, weights });
    await rm(weights);
  };
  await rewriteGguf(right, weights, { "general.name": "good" });
  await store("good");
  // llama.cpp ends its process over a vocabulary of another kind than it is said to be.
  await rewriteGguf(right, weights, { "tokenizer.ggml.model": "llama" });
  await store("crashing");
  await writeFile(weights, "this is no model at all");
  await store("garbage");
  await writeFile(weights, ggufFile({ entryCount: 2n ** 62n }));
  await store("absurd");
  // Else the service fetches it into its empty store.
  if (!noWeights) await shareTextModel(MODELS_DIR, folder);
  service = await startRealService({ OLLAMA_MODELS: folder });
});
afterAll(async () => {
  await service.stop();
  await rm(folder, { recursive: true, force: true });
});

type Sender = { readonly project?: string; readonly signal?: AbortSignal };

const post = (path: string, body: unknown, { project = "hostile", signal }: Sender = {}) =>
  fetch(service.url + path, {
    method: "POST",
    headers: { "X-Project-Name": project },
    body: typeof body === "string" ? body : JSON.stringify(body),
    ...(signal && { signal }),
  });

describe("through the service, a hostile project", () => {
  it("breaks no stream of another with what it asks for", async () => {
    const client = new AbortController();
    const options = { num_predict: 1_000_000, temperature: 0 };
    const endless = { model: "good", prompt: "9, 10,", raw: true, options };
    const answer = await post("/api/generate", endless, {
      project: "other",
      signal: client.signal,
    });
    const stream = keepReading(answer);
    await stream.goesOn();
    const refused: [string, unknown, string][] = [
      ["/api/generate", { model: "crashing", prompt: "Hi" }, "llama.cpp gave up on it"],
      ["/api/embed", { model: "garbage", input: "Hi" }, "not in GGUF format"],
      ["/api/generate", { model: "absurd", prompt: "Hi" }, "more than can be right"],
      ["/api/generate", "[".repeat(100_000), "nested more than 500 levels"],
      ["/api/generate", `{"model":"good","prompt":"${"a".repeat(4 << 20)}`, "unexpected EOF"],
      ["/api/generate", { model: "good", context: [2 ** 40], prompt: "Hi" }, "does not know"],
    ];
    for (const [path, body, reason] of refused) {
      const refusal = await post(path, body);
      expect([path, refusal.status >= 400]).toEqual([path, true]);
      expect(((await refusal.json()) as { error: string }).error).toContain(reason);
      await stream.goesOn();
    }
    client.abort();
    await stream.ended;
  });

  it("is told so in the form of OpenAI's dialect", async () => {
    const messages = [{ role: "user", content: "Hi" }];
    const ask = (body: unknown) => post("/v1/chat/completions", body);
    const crashed = await ask({ model: "crashing", messages });
    expect([crashed.status, await crashed.json()]).toEqual([
      500,
      {
        error: expect.objectContaining({
          message: expect.stringContaining("llama.cpp gave up on it") as string,
          type: "api_error",
        }) as object,
      },
    ]);
    const cutOff = await ask(`{"model":"good","messages":[`);
    expect([cutOff.status, await cutOff.json()]).toMatchObject([
      400,
      { error: { message: "unexpected EOF", type: "invalid_request_error" } },
    ]);
  });

  it("has its texts embedded as far as they go, whatever they are made of", async () => {
    const texts = ["<|im_start|>a".repeat(60_000), " ".repeat(500_000), "\ud800\u0000"];
    for (const input of texts) {
      const answer = await post("/api/embed", { model: "good", input, options: FEW });
      expect([input.slice(0, 9), answer.status]).toEqual([input.slice(0, 9), 200]);
      await answer.body?.cancel();
    }
  });
});
