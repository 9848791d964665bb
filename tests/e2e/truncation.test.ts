import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventsOf } from "../support/event-stream.ts";
import { startRealService, type RealService } from "../support/real-service.ts";
import { scriptedModel } from "../support/scripted-model.ts";
import { storeModel } from "../support/stored-model.ts";
import { TOOL_TEMPLATE } from "../support/tool-template.ts";

const HEADER = "x-shared-ollama-truncated";
const CONTEXT = 64;
/** Each question at most a few tokens, all of them more than the context. */
const LONG = "What is the weather like today? ".repeat(40);

/** A room for a prompt of `num_ctx`: the engine leaves one position for the answer. */
const ROOM = CONTEXT - 1;

/** The engine with a tiny text model, whose context a prompt can be longer than. */
describe("a prompt that is longer than the context, on real inference", () => {
  let service: RealService;
  let store: string;

  beforeAll(async () => {
    store = await mkdtemp(join(tmpdir(), "shared-ollama-store-"));
    await storeModel(store, { name: "scripted", weights: scriptedModel(TOOL_TEMPLATE) });
    service = await startRealService({ OLLAMA_MODELS: store, AUTO_PULL: "false" });
  });
  afterAll(async () => {
    await service.stop();
    await rm(store, { recursive: true, force: true });
  });

  const post = (path: string, more: object): Promise<Response> =>
    fetch(service.url + path, {
      method: "POST",
      headers: { "X-Shared-Ollama-Cache": "off" },
      body: JSON.stringify({ model: "scripted", max_tokens: 8, ...more }),
    });
  const options = { num_ctx: CONTEXT };
  const prompt = { prompt: LONG, options };
  const messages = { messages: [{ role: "user", content: LONG }], options };

  it("is told in the head and in the body, and the count is true", async () => {
    for (const [path, body] of [
      ["/api/v1/generate", prompt],
      ["/api/v1/chat", messages],
    ] as const) {
      const answer = await post(path, body);
      expect(answer.status).toBe(200);
      const shown = (await answer.json()) as Record<string, unknown>;
      const kept = shown["prompt_eval_count"];
      expect(kept).toBe(ROOM);
      expect(shown["truncated"]).toEqual({ kept });
      expect(answer.headers.get(HEADER)).toBe(`kept=${String(kept)}`);
    }
  });

  it("is told in a stream's last part", async () => {
    const events = await eventsOf(await post("/api/v1/chat", { ...messages, stream: true }));
    expect(events.at(-1)).toMatchObject({ done: true, truncated: { kept: ROOM } });
  });

  it("is refused for a client that wants no part of it cut", async () => {
    const answer = await post("/api/v1/chat", { ...messages, truncate: false });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: "prompt_too_large" });
  });

  it("is none where the context has room", async () => {
    const answer = await post("/api/v1/chat", { ...messages, options: { num_ctx: 2048 } });
    expect(answer.status).toBe(200);
    expect(answer.headers.has(HEADER)).toBe(false);
    expect(await answer.json()).not.toHaveProperty("truncated");
  });
});
