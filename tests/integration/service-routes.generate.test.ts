import { describe, expect, it } from "vitest";
import { eventsOf } from "../support/event-stream.ts";
import { HeldAnswers } from "../support/held-answers.ts";
import { bodyTo, expectNativeError, idOf, jsonOf, startService } from "../support/service.ts";

const PATH = "/api/v1/generate";

describe("POST /api/v1/generate", () => {
  it("answers with the text and the metrics block", async () => {
    const { gateway, ollama } = await startService();
    const answer = await gateway.post(PATH, { model: "fake", prompt: "hi" });
    expect(answer.status).toBe(200);
    expect(await jsonOf(answer)).toEqual({
      text: "Hello",
      model: "fake",
      request_id: idOf(answer),
      latency_ms: expect.any(Number),
      model_load_ms: 0,
      model_warm_start: true,
      prompt_eval_count: 7,
      generation_eval_count: 2,
      total_duration_ms: 5,
    });
    expect(bodyTo(ollama, PATH.replace("/v1", ""))).toEqual({
      model: "fake",
      prompt: "hi",
      stream: false,
      truncate: false,
    });
  });

  it("streams a frame for each piece, the last with the metrics block", async () => {
    const { gateway, ollama } = await startService();
    const answer = await gateway.post(PATH, { model: "fake", prompt: "hi", stream: true });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    expect(answer.headers.get("x-accel-buffering")).toBe("no");
    expect(answer.headers.get("cache-control")).toBe("no-cache");
    const common = { model: "fake", request_id: idOf(answer) };
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
    expect(bodyTo(ollama, "/api/generate")["stream"]).toBe(true);
  });

  it("tells a cold start with the time the load took", async () => {
    const { gateway, ollama } = await startService();
    ollama.inMemory.length = 0;
    const answer = await gateway.post(PATH, { model: "fake", prompt: "hi" });
    const { model_load_ms: loadMs, ...body } = await jsonOf(answer);
    expect(body).toMatchObject({ text: "Hello", model_warm_start: false });
    expect(loadMs).toBeGreaterThan(0);
    expect(ollama.loads).toEqual(["fake:latest"]);
  });

  it("passes on system, format, options and keep_alive", async () => {
    const { gateway, ollama } = await startService();
    await gateway.post(PATH, {
      model: "  fake ",
      prompt: " hi ",
      system: " be brief ",
      format: "json",
      options: { num_ctx: 2048 },
      keep_alive: "30m",
      think: false,
    });
    expect(bodyTo(ollama, "/api/generate")).toEqual({
      model: "fake",
      prompt: "hi",
      system: "be brief",
      format: "json",
      options: { num_ctx: 2048 },
      keep_alive: "30m",
      think: false,
      stream: false,
      truncate: false,
    });
  });

  it("goes through chat when tools are given, and gives their calls back as text", async () => {
    const { gateway, ollama } = await startService();
    const chats = new HeldAnswers(ollama, "/api/chat");
    const tools = [{ type: "function", function: { name: "sum", parameters: {} } }];
    const body = { model: "fake", prompt: "2+2?", system: "use tools", tools };
    const asked = gateway.post(PATH, body);
    const held = await chats.next();
    expect(held.body).toEqual({
      model: "fake",
      messages: [
        { role: "system", content: "use tools" },
        { role: "user", content: "2+2?" },
      ],
      tools,
      stream: false,
      truncate: false,
    });
    const call = { function: { name: "sum", arguments: { a: 2, b: 2 } } };
    held.json({ message: { role: "assistant", content: "", tool_calls: [call] }, done: true });
    expect(await jsonOf(await asked)).toMatchObject({
      text: "",
      tool_calls: [
        {
          id: expect.stringMatching(/^call_[0-9a-f]{8}$/),
          type: "function",
          function: { name: "sum", arguments: '{"a":2,"b":2}' },
        },
      ],
    });
  });

  it("takes a body rendered by POML's toolkit: messages and sampling fields", async () => {
    const { gateway, ollama } = await startService();
    const answer = await gateway.post(PATH, {
      model: "fake",
      messages: [{ role: "user", content: "hi" }],
      frequency_penalty: 0.5,
    });
    expect(await jsonOf(answer)).toMatchObject({ text: "Hello" });
    expect(bodyTo(ollama, "/api/chat")).toMatchObject({
      messages: [{ role: "user", content: "hi" }],
      options: { frequency_penalty: 0.5, temperature: 0.2 },
    });
  });

  it.each([
    ["a missing prompt", { model: "fake" }, /^prompt: /],
    ["a blank prompt", { model: "fake", prompt: "  " }, /^prompt: /],
    ["a prompt of another type", { model: "fake", prompt: 7 }, /^prompt: /],
    ["an unknown field", { model: "fake", prompt: "hi", colour: 1 }, /colour/],
    ["a value out of range", { prompt: "hi", temperature: 2.5 }, /^temperature: /],
    ["a stream that is no boolean", { prompt: "hi", stream: "yes" }, /^stream: /],
    [
      "a schema format without schema",
      { prompt: "hi", response_format: { type: "json_schema" } },
      /json_schema/,
    ],
    [
      "a tool without name",
      { prompt: "hi", tools: [{ type: "function", function: { name: "" } }] },
      /^tools.0.function.name: /,
    ],
  ])("refuses %s with 422", async (_what, body, says) => {
    const { gateway, ollama } = await startService();
    const error = { status: 422, code: "validation_error", type: "ValidationError", says };
    await expectNativeError(await gateway.post(PATH, body), error);
    expect(ollama.to("/api/generate")).toEqual([]);
  });

  it("answers 404 with the server's words when it lacks the model", async () => {
    const { gateway } = await startService();
    await expectNativeError(await gateway.post(PATH, { model: "other", prompt: "hi" }), {
      status: 404,
      code: "model_not_found",
      type: "NotFoundError",
      says: /^model 'other' not found$/,
    });
  });

  it.each([
    [400, 400, "invalid_request", "InvalidRequestError", {}],
    [429, 503, "upstream_unavailable", "ConnectionError", { retry_after: 2 }],
    [500, 503, "upstream_unavailable", "ConnectionError", { retry_after: 2 }],
  ])("answers the server's %i with %i %s", async (theirs, status, code, type, more) => {
    const { gateway, ollama } = await startService();
    ollama.script("/api/generate", (_request, response) => {
      response.writeHead(theirs).end('{"error":"its own words"}');
    });
    const body = { model: "fake", prompt: "hi" };
    for (const stream of [false, true]) {
      const error = { status, code, type, says: /^its own words$/, more };
      await expectNativeError(await gateway.post(PATH, { ...body, stream }), error);
    }
  });
});
