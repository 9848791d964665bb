import { describe, expect, it } from "vitest";
import { EventReader, eventsOf } from "../support/event-stream.ts";
import { HeldAnswers } from "../support/held-answers.ts";
import { bodyTo, expectOpenAIError, idOf, jsonOf, startService } from "../support/service.ts";

const PATH = "/api/v1/chat/completions";
const USER = { role: "user", content: "hi" };
const BODY = { model: "fake", messages: [USER] };

describe("POST /api/v1/chat/completions", () => {
  it("answers with a chat completion", async () => {
    const { gateway, ollama } = await startService();
    const answer = await gateway.post(PATH, BODY);
    expect(answer.status).toBe(200);
    const nowSec = Date.now() / 1000;
    const { created, ...completion } = await jsonOf(answer);
    expect(created).toSatisfy((at: number) => Number.isInteger(at) && Math.abs(nowSec - at) < 60);
    expect(completion).toEqual({
      id: `chatcmpl-${idOf(answer)}`,
      object: "chat.completion",
      model: "fake",
      choices: [
        {
          index: 0,
          message: { role: "assistant", content: "Hello", refusal: null, annotations: [] },
          logprobs: null,
          finish_reason: "stop",
        },
      ],
      usage: { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 },
      system_fingerprint: null,
    });
    expect(bodyTo(ollama, "/api/chat")).toEqual({ ...BODY, stream: false, truncate: false });
  });

  it("streams chunks: the role in the first, usage in the finishing one, then [DONE]", async () => {
    const { gateway } = await startService();
    const answer = await gateway.post(PATH, { ...BODY, stream: true });
    expect(answer.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    const events = await eventsOf(answer);
    const chunk = (delta: object, finish: string | null) => ({
      id: `chatcmpl-${idOf(answer)}`,
      object: "chat.completion.chunk",
      created: (events[0] as { created: number }).created,
      model: "fake",
      choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }],
      system_fingerprint: null,
    });
    expect(events).toEqual([
      chunk({ role: "assistant", content: "Hel" }, null),
      chunk({ content: "lo" }, null),
      {
        ...chunk({}, "stop"),
        usage: { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 },
      },
      "[DONE]",
    ]);
  });

  it("says length when the model was cut off, and tool_calls when it calls tools", async () => {
    const { gateway, ollama } = await startService();
    const chats = new HeldAnswers(ollama, "/api/chat");
    const cut = gateway.post(PATH, BODY);
    (await chats.next()).json({ message: { content: "x" }, done: true, done_reason: "length" });
    expect(await jsonOf(await cut)).toMatchObject({ choices: [{ finish_reason: "length" }] });

    const call = { function: { name: "sum", arguments: { a: 1 } } };
    const message = { role: "assistant", content: "", tool_calls: [call] };
    const calling = gateway.post(PATH, BODY);
    (await chats.next()).json({ message, done: true, done_reason: "stop" });
    const ours = {
      id: expect.stringMatching(/^call_/),
      type: "function",
      function: { name: "sum", arguments: '{"a":1}' },
    };
    expect(await jsonOf(await calling)).toMatchObject({
      choices: [{ message: { content: "", tool_calls: [ours] }, finish_reason: "tool_calls" }],
    });

    const streaming = gateway.post(PATH, { ...BODY, stream: true });
    const held = await chats.next();
    held.line({ message, done: false });
    held.finish();
    const events = new EventReader(await streaming);
    expect(await events.next()).toMatchObject({
      choices: [{ delta: { role: "assistant", tool_calls: [{ index: 0, ...ours }] } }],
    });
    expect(await events.next()).toMatchObject({ choices: [{ finish_reason: "tool_calls" }] });
    expect(await events.rest()).toEqual(["[DONE]"]);
  });

  it("takes every standard field, and does not act on extra_body and metadata", async () => {
    const { gateway, ollama } = await startService();
    const answer = await gateway.post(PATH, {
      ...BODY,
      messages: [{ ...USER, name: "ada" }],
      n: 1,
      user: "ada",
      tool_choice: "auto",
      parallel_tool_calls: true,
      stream_options: { include_usage: true },
      logprobs: false,
      service_tier: "auto",
      something_new: { a: 1 },
      extra_body: { top_k: 3 },
      metadata: { run: "7" },
      options: { num_ctx: 1 },
      keep_alive: 0,
    });
    expect(answer.status).toBe(200);
    expect(bodyTo(ollama, "/api/chat")).toEqual({ ...BODY, stream: false, truncate: false });
  });

  it("joins text parts with a space and takes developer for system", async () => {
    const { gateway, ollama } = await startService();
    const parts = [
      { type: "text", text: "one" },
      { type: "text", text: "two" },
    ];
    await gateway.post(PATH, {
      ...BODY,
      messages: [
        { role: "developer", content: "be brief" },
        { role: "user", content: parts },
      ],
    });
    expect(bodyTo(ollama, "/api/chat")["messages"]).toEqual([
      { role: "system", content: "be brief" },
      { role: "user", content: "one two" },
    ]);
  });

  it("lets max_completion_tokens win, and response_format win over guided_json", async () => {
    const { gateway, ollama } = await startService();
    await gateway.post(PATH, {
      ...BODY,
      max_tokens: 5,
      max_completion_tokens: 9,
      guided_json: { type: "object" },
      response_format: { type: "json_object" },
    });
    expect(bodyTo(ollama, "/api/chat")).toMatchObject({
      format: "json",
      options: { num_predict: 9 },
    });
  });

  it("takes guided_json as a schema", async () => {
    const { gateway, ollama } = await startService();
    const schema = { type: "object", properties: {} };
    await gateway.post(PATH, { ...BODY, guided_json: schema });
    expect(bodyTo(ollama, "/api/chat")["format"]).toEqual(schema);
  });

  it.each([
    ["no messages", { messages: [] }, "messages"],
    [
      "a part of an unknown type",
      { messages: [{ role: "user", content: [{ type: "sound" }] }] },
      "messages.0.content",
    ],
    ["a value out of range", { messages: [USER], top_p: 2 }, "top_p"],
  ])("refuses %s with 422 in OpenAI's form", async (_what, body, param) => {
    const { gateway } = await startService();
    await expectOpenAIError(await gateway.post(PATH, { model: "fake", ...body }), {
      status: 422,
      code: "validation_error",
      type: "invalid_request_error",
      param: expect.stringContaining(param),
    });
  });

  it("answers 404 in OpenAI's form when the server lacks the model, streaming or not", async () => {
    const { gateway } = await startService();
    for (const stream of [false, true]) {
      const answer = await gateway.post(PATH, { ...BODY, model: "other", stream });
      await expectOpenAIError(answer, {
        status: 404,
        code: "model_not_found",
        type: "not_found_error",
        param: "model",
        says: /^model 'other' not found$/,
      });
    }
  });
});
