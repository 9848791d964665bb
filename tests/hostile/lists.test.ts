import { describe, expect, it } from "vitest";
import { expectErrorOf } from "../support/dialect-errors.ts";
import { bodiesTo, startService, type RunningService } from "../support/service.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";

/** 150 KB of the same, as a list. */
const many = (value: unknown): unknown[] =>
  Array.from({ length: Math.floor(150_000 / (JSON.stringify(value).length + 1)) }, () => value);

const messages = [{ role: "user", content: "hi" }];
const tool = (parameters: unknown) => ({ type: "function", function: { name: "f", parameters } });
const object = (fields: number) =>
  Object.fromEntries(Array.from({ length: fields }, (_, i) => [`k${i}`, 1]));

/** Posts a body; it is refused in one sentence that names the place and the limit. */
async function expectRefusal(
  { gateway }: RunningService,
  path: string,
  body: unknown,
  says: RegExp,
): Promise<void> {
  const answer = await gateway.post(path, body);
  const shown = await expectErrorOf(path, answer, { status: 422, code: "validation_error" });
  const text = JSON.stringify(shown);
  expect(text).toMatch(says);
  expect(text.length).toBeLessThan(1000);
}

describe("lists of thousands are refused before anything in them is looked at", () => {
  it("of messages, right or wrong", async () => {
    const service = await startService();
    for (const message of [{ role: "x" }, messages[0]]) {
      const body = JSON.stringify({ model: "fake", messages: many(message) });
      const says = /messages: has \d+ entries; the limit is 2048/;
      for (const path of ["chat", "chat/completions", "generate", "vlm", "vlm/openai"]) {
        await expectRefusal(service, `/api/v1/${path}`, body, says);
      }
    }
    await nothingIsHeld(service);
    expect(bodiesTo(service.ollama, "/api/chat")).toEqual([]);
  });

  it.each([
    [
      "parts",
      { messages: [{ role: "user", content: many({ type: "x" }) }] },
      /messages\.0\.content: has \d+ entries; the limit is 2048/,
    ],
    [
      "parts of many messages",
      {
        messages: Array.from({ length: 2000 }, () => ({
          role: "user",
          content: Array.from({ length: 9 }, () => ({ type: "text", text: "" })),
        })),
      },
      /messages: has more than 50000 values/,
    ],
    [
      "parts, few enough",
      { messages: [{ role: "user", content: many({ type: "x" }).slice(0, 3000) }] },
      /messages\.0\.content: has 3000 entries; the limit is 2048/,
    ],
    [
      "tool calls",
      { messages: [{ role: "assistant", tool_calls: many({}).slice(0, 3000) }] },
      /messages\.0\.tool_calls: has 3000 entries; the limit is 256/,
    ],
    ["tools", { messages, tools: many({}) }, /tools: has \d+ entries; the limit is 1024/],
    ["stops", { messages, stop: many("x") }, /stop: has \d+ entries; the limit is 64/],
    ["a schema's fields", { messages, format: object(30_000) }, /format: has 30000 fields/],
    ["a schema's values", { messages, format: { a: many(1) } }, /format: has more than 20000 v/],
    [
      "a response's schema",
      { messages, response_format: { type: "json_schema", json_schema: { a: many({}) } } },
      /response_format\.json_schema: has more than 20000 values/,
    ],
    ["a tool's parameters", { messages, tools: [tool({ a: many({}) })] }, /tools: has more than/],
    ["a tool's fields", { messages, tools: [{ ...tool({}), ...object(51_000) }] }, /tools: has mo/],
    ["a message's fields", { messages: [object(51_000)] }, /messages: has more than 50000 values/],
    ["fields", { messages, ...object(30_000) }, /The body has \d+ fields; the limit is 256/],
  ])("of %s", async (_what, fields, says) => {
    const service = await startService();
    const body = JSON.stringify({ model: "fake", ...fields });
    await expectRefusal(service, "/api/v1/chat", body, says);
    await expectRefusal(service, "/api/v1/chat/completions", body, says);
    await nothingIsHeld(service);
    expect(bodiesTo(service.ollama, "/api/chat")).toEqual([]);
  });

  it("of options", async () => {
    const service = await startService();
    const body = { model: "fake", messages, options: object(30_000) };
    await expectRefusal(service, "/api/v1/chat", body, /options: has 30000 fields; the limit/);
  });

  it("of texts, documents and images", async () => {
    const service = await startService();
    const embed = (fields: object) => ["/api/v1/embeddings", { model: "all-minilm", ...fields }];
    const rank = { query: "a", documents: many("") };
    for (const [path, body, says] of [
      [...embed({ prompts: many("") }), /prompts: has \d+ entries; the limit is 2048/],
      [...embed({ input: many("") }), /input: has \d+ entries; the limit is 2048/],
      ["/api/v1/embeddings/similarity", rank, /documents: has \d+ entries; the limit is 1000/],
      ["/api/v1/vlm", { messages, images: many("") }, /The body has \d+ images; the limit is 1000/],
      ["/api/v1/batch/vlm", { requests: [{ images: many("x") }] }, /The body has \d+ images/],
    ] as [string, unknown, RegExp][]) {
      await expectRefusal(service, path, body, says);
    }
    await nothingIsHeld(service);
    expect(bodiesTo(service.ollama, "/api/embed")).toEqual([]);
  });

  it("of items of a batch", async () => {
    const { gateway, ollama } = await startService();
    for (const item of [0, {}, { messages }]) {
      const answer = await gateway.post("/api/v1/batch/chat", { requests: many(item) });
      expect([answer.status, await answer.json()]).toMatchObject([
        400,
        {
          code: "batch_too_large",
          error: expect.stringMatching(/The batch has \d+ requests/) as string,
        },
      ]);
    }
    expect(bodiesTo(ollama, "/api/chat")).toEqual([]);
  });
});

describe("what applications send is taken", () => {
  it("2 048 messages, 1 024 tools, 60 stops, a schema of thousands of values", async () => {
    const { gateway, ollama } = await startService({ MAX_PROMPT_TOKENS: "100000" });
    const schema = { type: "object", $defs: { a: many({ type: "string" }).slice(0, 5000) } };
    const body = {
      model: "fake",
      messages: Array.from({ length: 2048 }, () => messages[0]),
      tools: Array.from({ length: 1024 }, () => tool({ type: "object" })),
      stop: Array.from({ length: 60 }, (_, i) => `stop ${i}`),
      response_format: { type: "json_schema", json_schema: { name: "a", schema } },
      options: { num_ctx: 1024 },
    };
    const answer = await gateway.post("/api/v1/chat", body);
    expect(answer.status, await answer.clone().text()).toBe(200);
    const [sent] = bodiesTo(ollama, "/api/chat");
    expect(sent?.["messages"]).toHaveLength(2048);
    expect(sent?.["tools"]).toHaveLength(1024);
    expect(sent?.["format"]).toEqual(schema);
  });
});
