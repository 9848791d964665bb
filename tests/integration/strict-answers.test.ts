import { describe, expect, it } from "vitest";
import { ANSWER_ROUTES, askAt } from "../support/answer-routes.ts";
import { eventsOf, type EventData } from "../support/event-stream.ts";
import type { Reply } from "../support/fake-ollama.ts";
import { samplesOf, sumOf } from "../support/exposition.ts";
import { HeldAnswers } from "../support/held-answers.ts";
import { loggedEventOf } from "../support/logged-events.ts";
import { bodiesTo, expectNativeError, expectOpenAIError, idOf } from "../support/service.ts";
import { jsonOf, startService } from "../support/service.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";
import { startVision } from "../support/vision-service.ts";

const SCHEMA = {
  type: "object",
  properties: { a: { type: "number" } },
  required: ["a"],
  additionalProperties: false,
};
const RIGHT = '{"a":1}';
const WRONG = '{"a":"x","b":2}';
const FAULTS = [
  { path: "", message: "must NOT have additional properties (b)" },
  { path: "/a", message: "must be number" },
];

const GENERATE = { model: "fake", prompt: "hi", format: SCHEMA, strict: true };
const CHAT = { model: "fake", messages: [{ role: "user", content: "hi" }] };

/** No regular expression. */
const BAD = { properties: { a: { type: "string", pattern: "(" } } };

/** As OpenAI's clients send it. */
const wrapped = (schema: object, strict: unknown = true) => ({
  response_format: { type: "json_schema", json_schema: { name: "x", schema, strict } },
});

/** A model that answers these, one after the other, and the last for ever. */
function saying(...answers: string[]): { reply: Reply } {
  const left = [...answers];
  return { reply: () => Promise.resolve([(left.length > 1 ? left.shift() : left[0]) ?? ""]) };
}

describe.each(ANSWER_ROUTES)("$path, held to a schema", (route) => {
  it("answers what holds at once, mends what does not, and else says what is wrong", async () => {
    const service = await startVision(
      { RATE_LIMIT_ENABLED: "false" },
      saying(RIGHT, WRONG, RIGHT, WRONG),
    );
    const { gateway, ollama } = service;
    const calls = (): number =>
      ollama.received.filter(({ target }) => /generate|chat/.test(target)).length;
    const before = calls();
    const first = await askAt(route, service, wrapped(SCHEMA));
    expect(textIn(first)).toBe(RIGHT);
    expect(calls() - before).toBe(1);
    const second = await askAt(route, service, wrapped(SCHEMA));
    expect(textIn(second)).toBe(RIGHT);
    expect(calls() - before).toBe(3);
    const third = await askAt(route, service, { guided_json: SCHEMA, strict: true });
    expect(third).toEqual({
      code: "schema_mismatch",
      says: expect.stringContaining(
        "must NOT have additional properties (b), and 1 more",
      ) as string,
    });
    expect(calls() - before).toBe(5);
    // What is not strict is taken as it comes.
    expect(textIn(await askAt(route, service, { guided_json: SCHEMA }))).toBe(WRONG);
    await nothingIsHeld({ gateway });
  });

  it("refuses a schema that cannot be used before it asks the model", async () => {
    const service = await startVision({ RATE_LIMIT_ENABLED: "false" });
    expect(await askAt(route, service, wrapped(BAD))).toEqual({
      code: "invalid_request",
      says: expect.stringContaining(
        "response_format.json_schema.schema: #/properties/a/pattern: ",
      ) as string,
    });
    expect(service.ollama.to("/api/chat")).toEqual([]);
    expect(service.ollama.to("/api/generate")).toEqual([]);
  });
});

describe("an answer held to a schema", () => {
  it("is made again with the first answer and its faults in sight, and tells what both took", async () => {
    const { gateway, ollama } = await startService(
      { REQUEST_LOG_ENABLED: "true" },
      saying(WRONG, RIGHT),
    );
    const answer = await gateway.post("/api/v1/chat", { ...CHAT, format: SCHEMA, strict: true });
    expect(answer.status).toBe(200);
    expect(await jsonOf(answer)).toMatchObject({
      message: { content: RIGHT },
      prompt_eval_count: 14,
      generation_eval_count: 2,
      total_duration_ms: 10,
    });
    const [first, second] = bodiesTo(ollama, "/api/chat");
    const { messages, ...rest } = first as { messages: unknown[] };
    expect(second).toEqual({
      ...rest,
      messages: [
        ...messages,
        { role: "assistant", content: WRONG },
        {
          role: "user",
          content: expect.stringMatching(/\n- \/a: must be number\n[^]*"required":/) as string,
        },
      ],
    });
    expect(await loggedEventOf(gateway, idOf(answer))).toMatchObject({
      schema_check: "repaired",
      input_tokens: 14,
      output_tokens: 2,
      ended: "completed",
    });
  });

  it("is 502 with every fault, in both dialects, and is counted by model", async () => {
    const { gateway } = await startService({}, saying(WRONG));
    await expectNativeError(await gateway.post("/api/v1/generate", GENERATE), {
      status: 502,
      code: "schema_mismatch",
      type: "SchemaMismatchError",
      more: { schema_errors: FAULTS },
    });
    const answer = await gateway.post("/api/v1/chat/completions", { ...CHAT, ...wrapped(SCHEMA) });
    await expectOpenAIError(answer, {
      status: 502,
      code: "schema_mismatch",
      type: "server_error",
      inError: { schema_errors: FAULTS },
    });
    const samples = samplesOf(await (await gateway.get("/metrics")).text());
    const labels = { model: "fake:latest", outcome: "mismatch" };
    expect(sumOf(samples, "shared_ollama_schema_checks_total", labels)).toBe(2);
  });

  it("is none where it is no JSON, or was cut off", async () => {
    const { gateway, ollama } = await startService({}, saying("{"));
    expect(await jsonOf(await gateway.post("/api/v1/generate", GENERATE))).toMatchObject({
      schema_errors: [{ path: "", message: "the answer is not JSON" }],
    });
    ollama.script("/api/generate", (_request, response) => {
      response.end(JSON.stringify({ response: RIGHT, done: true, done_reason: "length" }));
    });
    expect(await jsonOf(await gateway.post("/api/v1/generate", GENERATE))).toMatchObject({
      schema_errors: [{ path: "", message: "the answer was cut off before its end" }],
    });
  });

  it("has its two calls in the same hard stop, and gives the place back between them", async () => {
    const { gateway, ollama } = await startService({ QUEUE_CHAT_DEFAULT_TIMEOUT: "2" });
    // The thread has started: that takes as long on a busy machine.
    expect((await gateway.post("/api/v1/generate", { ...GENERATE, format: BAD })).status).toBe(400);
    const held = new HeldAnswers(ollama, "/api/generate");
    const asked = gateway.post("/api/v1/generate", GENERATE);
    (await held.next()).json({ response: WRONG, done: true, done_reason: "stop" });
    await held.next();
    const answer = await asked;
    expect([answer.status, (await jsonOf(answer))["code"]]).toEqual([503, "request_timeout"]);
    await ollama.sawCancel("/api/generate");
    await nothingIsHeld({ gateway });
  });

  it("is not checked where the model calls a tool", async () => {
    const { gateway, ollama } = await startService();
    const message = {
      role: "assistant",
      content: "",
      tool_calls: [{ function: { name: "look", arguments: {} } }],
    };
    ollama.script("/api/chat", (_request, response) => {
      response.end(
        `${JSON.stringify({ model: "fake", message, done: true, done_reason: "stop" })}\n`,
      );
    });
    const tools = [{ type: "function", function: { name: "look", parameters: {} } }];
    const body = { ...CHAT, ...wrapped(SCHEMA), tools };
    for (const stream of [false, true]) {
      const answer = await gateway.post("/api/v1/chat/completions", { ...body, stream });
      const text = await answer.text();
      expect(text).toContain('"name":"look"');
      expect(text).not.toContain("schema_valid");
    }
  });

  it("is checked where what the model calls is no call, and so is text", async () => {
    const { gateway, ollama } = await startService();
    const calls = [{ function: { name: "look", arguments: '{"at": ' } }];
    ollama.script("/api/chat", (_request, response) => {
      const message = { role: "assistant", content: RIGHT, tool_calls: calls };
      response.end(
        `${JSON.stringify({ model: "fake", message, done: true, done_reason: "stop" })}\n`,
      );
    });
    const tools = [{ type: "function", function: { name: "look", parameters: {} } }];
    const body = { ...CHAT, format: SCHEMA, strict: true, tools };
    const whole = await jsonOf(await gateway.post("/api/v1/chat", body));
    expect(whole).toMatchObject({ code: "schema_mismatch" });
    const streamed = await gateway.post("/api/v1/chat", { ...body, stream: true });
    expect(saidIn(await eventsOf(streamed)).at(-1)).toBe(false);
  });

  it("needs a schema, or JSON at least", async () => {
    const { gateway } = await startService({}, saying("no", "neither"));
    const post = (more: object) => gateway.post("/api/v1/generate", { ...GENERATE, ...more });
    await expectNativeError(await post({ format: undefined }), {
      status: 422,
      code: "validation_error",
      type: "ValidationError",
      says: /^strict: a JSON Schema is needed/,
    });
    expect(await jsonOf(await post({ format: "json" }))).toMatchObject({ code: "schema_mismatch" });
    // What the field says wins over the wrapper.
    const loose = { format: { name: "x", schema: SCHEMA, strict: true }, strict: false };
    expect(await jsonOf(await post(loose))).toMatchObject({ text: "neither" });
    await expectNativeError(await post({ format: { name: "x", schema: SCHEMA, strict: "yes" } }), {
      status: 422,
      code: "validation_error",
      type: "ValidationError",
      says: /^format\.strict: /,
    });
  });
});

describe("a stream held to a schema", () => {
  it.each([
    [RIGHT, true],
    [WRONG, false],
  ])("says in its last frame whether %s holds", async (text, isValid) => {
    const { gateway, ollama } = await startService({}, saying(text));
    const native = await eventsOf(
      await gateway.post("/api/v1/generate", { ...GENERATE, stream: true }),
    );
    expect(saidIn(native)).toEqual([undefined, isValid]);
    const body = { ...CHAT, ...wrapped(SCHEMA), stream: true };
    const openai = await eventsOf(await gateway.post("/api/v1/chat/completions", body));
    expect(saidIn(openai.slice(0, -1)).at(-1)).toBe(isValid);
    expect(openai.at(-1)).toBe("[DONE]");
    expect(ollama.to("/api/generate")).toHaveLength(1);
    await nothingIsHeld({ gateway });
  });

  it("says nothing of it where it is held to none", async () => {
    const { gateway } = await startService({}, saying(WRONG));
    const body = { ...GENERATE, strict: undefined, stream: true };
    expect(saidIn(await eventsOf(await gateway.post("/api/v1/generate", body)))).toEqual([
      undefined,
      undefined,
    ]);
  });
});

describe("the response cache", () => {
  const CACHED = { RESPONSE_CACHE_ENABLED: "true" };
  const sampled = { ...GENERATE, temperature: 0 };

  it("keeps what holds, also for streams, and does not mix it with what was not checked", async () => {
    const { gateway, ollama } = await startService(CACHED, saying(WRONG, RIGHT));
    const post = (more: object) => gateway.post("/api/v1/generate", { ...sampled, ...more });
    expect(await jsonOf(await post({ strict: false }))).toMatchObject({ text: WRONG });
    const asked = await Promise.all([post({}), post({})]);
    for (const answer of asked) expect(await jsonOf(answer)).toMatchObject({ text: RIGHT });
    expect(ollama.to("/api/generate")).toHaveLength(2);
    const again = await post({ stream: true });
    expect(again.headers.get("x-cache")).toMatch(/^HIT-EXACT$/);
    expect(saidIn(await eventsOf(again)).at(-1)).toBe(true);
  });

  it("keeps nothing that does not hold", async () => {
    const { gateway, ollama } = await startService(CACHED, saying(WRONG));
    for (const stream of [true, true]) {
      await (await gateway.post("/api/v1/generate", { ...sampled, stream })).text();
    }
    expect((await gateway.post("/api/v1/generate", sampled)).status).toBe(502);
    expect(ollama.to("/api/generate")).toHaveLength(4);
  });
});

/** What each event says of the schema. */
function saidIn(events: EventData[]): unknown[] {
  return events.map((event) => (typeof event === "string" ? undefined : event["schema_valid"]));
}

function textIn(outcome: Awaited<ReturnType<typeof askAt>>): unknown {
  if (!("data" in outcome)) return outcome;
  const { text, message, choices } = outcome.data as {
    text?: string;
    message?: { content: string };
    choices?: { message: { content: string } }[];
  };
  return text ?? message?.content ?? choices?.[0]?.message.content;
}
