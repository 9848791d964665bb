import { describe, expect, it } from "vitest";
import { eventsOf } from "../support/event-stream.ts";
import { HeldAnswers } from "../support/held-answers.ts";
import { bodyTo, expectNativeError, idOf, jsonOf, startService } from "../support/service.ts";

const PATH = "/api/v1/chat";
const USER = { role: "user", content: "hi" };
const CALL = {
  id: "call_1",
  type: "function",
  function: { name: "weather", arguments: '{"city":"Köln"}' },
};

describe("POST /api/v1/chat", () => {
  it("answers with a message and the metrics block", async () => {
    const { gateway, ollama } = await startService();
    const answer = await gateway.post(PATH, { model: "fake", messages: [USER] });
    expect(answer.status).toBe(200);
    expect(await jsonOf(answer)).toEqual({
      message: { role: "assistant", content: "Hello", tool_calls: null, tool_call_id: null },
      model: "fake",
      request_id: idOf(answer),
      latency_ms: expect.any(Number),
      model_load_ms: 0,
      model_warm_start: true,
      prompt_eval_count: 7,
      generation_eval_count: 2,
      total_duration_ms: 5,
    });
    expect(bodyTo(ollama, "/api/chat")).toEqual({
      model: "fake",
      messages: [USER],
      stream: false,
      truncate: false,
    });
  });

  it("streams frames with a role, the last with the metrics block", async () => {
    const { gateway } = await startService();
    const answer = await gateway.post(PATH, { model: "fake", messages: [USER], stream: true });
    const common = { role: "assistant", model: "fake", request_id: idOf(answer) };
    expect(await eventsOf(answer)).toEqual([
      { chunk: "Hel", ...common, done: false },
      { chunk: "lo", ...common, done: false },
      {
        chunk: "",
        ...common,
        done: true,
        latency_ms: expect.any(Number),
        model_load_ms: 0,
        model_warm_start: true,
        prompt_eval_count: 7,
        generation_eval_count: 2,
        total_duration_ms: 5,
      },
    ]);
  });

  it("turns a tool call's arguments from text into an object and names the tool", async () => {
    const { gateway, ollama } = await startService();
    const answer = await gateway.post(PATH, {
      model: "fake",
      messages: [
        USER,
        { role: "assistant", content: null, tool_calls: [CALL] },
        { role: "tool", content: "rain", tool_call_id: "call_1" },
      ],
    });
    expect(answer.status).toBe(200);
    expect(bodyTo(ollama, "/api/chat")["messages"]).toEqual([
      USER,
      {
        role: "assistant",
        content: "",
        tool_calls: [{ id: "call_1", function: { name: "weather", arguments: { city: "Köln" } } }],
      },
      { role: "tool", content: "rain", tool_call_id: "call_1", tool_name: "weather" },
    ]);
  });

  it("gives tool calls back with arguments as text, whole and in a stream", async () => {
    const { gateway, ollama } = await startService();
    const chats = new HeldAnswers(ollama, "/api/chat");
    const call = { id: "call_1", function: { name: "weather", arguments: { city: "Köln" } } };
    const message = { role: "assistant", content: "", tool_calls: [call] };
    const whole = gateway.post(PATH, { model: "fake", messages: [USER] });
    (await chats.next()).json({ message, done: true });
    expect((await jsonOf(await whole))["message"]).toEqual({
      role: "assistant",
      content: null,
      tool_calls: [CALL],
      tool_call_id: null,
    });
    const streamed = gateway.post(PATH, { model: "fake", messages: [USER], stream: true });
    const held = await chats.next();
    held.line({ message, done: false });
    held.finish();
    const [first, last] = await eventsOf(await streamed);
    expect(first).toMatchObject({ chunk: "", tool_calls: [CALL], done: false });
    expect(last).toMatchObject({ done: true });
    expect(last).not.toHaveProperty("tool_calls");
  });

  it("sends a schema unwrapped, and lets response_format win over format", async () => {
    const { gateway, ollama } = await startService();
    const schema = { type: "object", properties: { n: { type: "integer" } } };
    const wrapped = { name: "answer", schema, strict: true };
    await gateway.post(PATH, {
      model: "fake",
      messages: [USER],
      format: "json",
      response_format: { type: "json_schema", json_schema: wrapped },
    });
    expect(bodyTo(ollama, "/api/chat")["format"]).toEqual(schema);
  });

  it.each([
    ["no messages", { messages: [] }, /^messages: /],
    ["messages of another type", { messages: "hi" }, /^messages: /],
    ["a message that is no object", { messages: ["hi"] }, /^messages.0: /],
    ["an unknown role", { messages: [{ ...USER, role: "boss" }] }, /^messages.0.role: /],
    ["an unknown field of a message", { messages: [{ ...USER, mood: 1 }] }, /mood/],
    [
      "a tool's answer without the call's id",
      { messages: [{ role: "tool", content: "x" }] },
      /^messages.0.tool_call_id: /,
    ],
    [
      "images, which have routes of their own",
      {
        messages: [
          {
            role: "user",
            content: [{ type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } }],
          },
        ],
      },
      /send this message to \/api\/v1\/vlm or /,
    ],
    ["an unknown field", { messages: [USER], colour: 1 }, /colour/],
  ])("refuses %s with 422", async (_what, body, says) => {
    const { gateway, ollama } = await startService();
    await expectNativeError(await gateway.post(PATH, { model: "fake", ...body }), {
      status: 422,
      code: "validation_error",
      type: "ValidationError",
      says,
    });
    expect(ollama.to("/api/chat")).toEqual([]);
  });

  it.each(["[]", "7", "not json"])("refuses tool arguments that are %j with 400", async (text) => {
    const { gateway } = await startService();
    const call = { ...CALL, function: { name: "weather", arguments: text } };
    const messages = [USER, { role: "assistant", tool_calls: [call] }];
    await expectNativeError(await gateway.post(PATH, { model: "fake", messages }), {
      status: 400,
      code: "invalid_request",
      type: "InvalidRequestError",
      says: /'weather'/,
    });
  });

  it("answers 404 in its own form when the server lacks the model, streaming or not", async () => {
    const { gateway } = await startService();
    for (const stream of [false, true]) {
      const answer = await gateway.post(PATH, { model: "other", messages: [USER], stream });
      await expectNativeError(answer, {
        status: 404,
        code: "model_not_found",
        type: "NotFoundError",
      });
    }
  });
});
