import { expect, describe, it } from "vitest";
import { loggedEventOf } from "../support/logged-events.ts";
import { idOf, startService } from "../support/service.ts";
import type { Gateway } from "../support/gateway.ts";

/** What the fake says of every text: seven tokens in, and one out for each piece. */
const PIECES = ["The ", "sky ", "is ", "blue", "."];
const TOLD = { input_tokens: 7, output_tokens: 5, tokens_estimated: false };

const messages = [{ role: "user", content: "Why is the sky blue?" }];
const withUsage = { stream: true, stream_options: { include_usage: true } };

/** Asks, reads the whole answer, and gives its event. */
async function eventOf(gateway: Gateway, path: string, body: object) {
  const answer = await gateway.post(path, body);
  const text = await answer.text();
  expect(answer.status, text).toBe(200);
  return { event: await loggedEventOf(gateway, idOf(answer)), bytes: text.length };
}

/** Reads pieces of a stream until they have so many bytes, and leaves. */
async function leaveMidStream(gateway: Gateway, path: string, body: object, bytes: number) {
  const leaver = new AbortController();
  const answer = await gateway.post(path, body, { signal: leaver.signal });
  const reader = answer.body?.getReader();
  let read = 0;
  while (read < bytes) read += (await reader?.read())?.value?.byteLength ?? Infinity;
  leaver.abort();
  return loggedEventOf(gateway, idOf(answer));
}

describe("the tokens of a request's event", () => {
  it.each([
    ["/api/chat", { messages }],
    ["/api/chat", { messages, stream: false }],
    ["/api/generate", { prompt: "hi" }],
    ["/api/generate", { prompt: "hi", stream: false }],
    ["/v1/chat/completions", { messages }],
    ["/v1/chat/completions", { messages, ...withUsage }],
    ["/v1/completions", { prompt: "hi" }],
    ["/v1/completions", { prompt: "hi", ...withUsage }],
    ["/api/v1/chat", { messages }],
    ["/api/v1/chat", { messages, stream: true }],
    ["/api/v1/generate", { prompt: "hi" }],
    ["/api/v1/generate", { prompt: "hi", stream: true }],
    ["/api/v1/chat/completions", { messages }],
    ["/api/v1/chat/completions", { messages, stream: true }],
  ])("are those that the server tells: %s %j", async (path, body) => {
    const { gateway } = await startService({}, { chunks: PIECES });
    const { event } = await eventOf(gateway, path, { model: "fake", ...body });
    expect(event).toMatchObject(TOLD);
  });

  it.each([
    ["/api/embed", { input: ["one", "two"] }],
    ["/v1/embeddings", { input: ["one", "two"] }],
    ["/api/v1/embeddings", { prompts: ["one", "two"] }],
  ])("are those that the server tells of vectors: %s", async (path, body) => {
    const { gateway } = await startService();
    const { event } = await eventOf(gateway, path, { model: "all-minilm", ...body });
    expect(event).toMatchObject({ input_tokens: 6, tokens_estimated: false });
    expect(event["output_tokens"] ?? 0).toBe(0);
  });

  it.each(["/api/embed", "/v1/embeddings"])(
    "stand at the end of a long answer: %s",
    async (path) => {
      const vector = Array.from({ length: 384 }, (_, i) => 1 / (i + 7));
      const { gateway } = await startService({}, { embedding: () => vector });
      const input = Array.from({ length: 64 }, (_, i) => `text ${i}`);
      const { event, bytes } = await eventOf(gateway, path, { model: "all-minilm", input });
      expect(bytes).toBeGreaterThan(300_000);
      expect(event).toMatchObject({ input_tokens: 3 * 64, tokens_estimated: false });
    },
  );

  it("are not those that a text of the answer tells", async () => {
    const chunks = ['{"prompt_eval_count":99,"eval_count":99}', '"usage":{"completion_tokens":99}'];
    const { gateway } = await startService({}, { chunks });
    for (const [path, more] of [
      ["/api/chat", {}],
      ["/api/chat", { stream: false }],
      ["/v1/chat/completions", {}],
      ["/v1/chat/completions", withUsage],
    ] as const) {
      const { event } = await eventOf(gateway, path, { model: "fake", messages, ...more });
      expect(event).toMatchObject({ input_tokens: 7, output_tokens: 2, tokens_estimated: false });
    }
  });

  it("are estimated of a stream that does not tell them", async () => {
    const chunks = Array.from({ length: 60 }, (_, i) => `word${i} `);
    const { gateway } = await startService({}, { chunks, bodyMs: 60 });
    const body = { model: "fake", messages, stream: true };
    const { event } = await eventOf(gateway, "/v1/chat/completions", body);
    expect(event["tokens_estimated"]).toBe(true);
    expect(event["output_tokens"]).toBeGreaterThan(50);
    expect(event["output_tokens"]).toBeLessThan(70);
    const inputTokens = Math.ceil(JSON.stringify(body).length / 4);
    expect(event["input_tokens"]).toBe(inputTokens);
  });

  it.each([
    ["/api/chat", {}],
    ["/v1/chat/completions", { stream: true }],
    ["/api/v1/chat", { stream: true }],
  ])("are estimated of an answer that its client has left: %s", async (path, more) => {
    const { gateway, ollama } = await startService({}, { endlessGapMs: 2 });
    const body = { model: "fake", messages, ...more };
    const event = await leaveMidStream(gateway, path, body, 10_000);
    await ollama.sawCancel(path.replace("/api/v1", "/api"));
    expect(event).toMatchObject({ client_left: true, tokens_estimated: true });
    const bytesOfPiece = Number(event["bytes"]) / Number(event["output_tokens"]);
    // A piece is a line or an event with one short word.
    expect(bytesOfPiece).toBeGreaterThan(40);
    expect(bytesOfPiece).toBeLessThan(300);
  });

  it("are not there of vectors that are known", async () => {
    const { gateway } = await startService();
    const body = { model: "all-minilm", prompts: ["one", "two"] };
    await eventOf(gateway, "/api/v1/embeddings", body);
    const { event } = await eventOf(gateway, "/api/v1/embeddings", body);
    expect(event).not.toHaveProperty("input_tokens");
    const more = { ...body, prompts: ["one", "two", "three"] };
    const { event: third } = await eventOf(gateway, "/api/v1/embeddings", more);
    expect(third).toMatchObject({ input_tokens: 3 });
  });

  it("are not there where there was no inference", async () => {
    const { gateway } = await startService();
    const answer = await gateway.get("/api/tags");
    await answer.text();
    expect(await loggedEventOf(gateway, idOf(answer))).not.toHaveProperty("input_tokens");
  });
});
