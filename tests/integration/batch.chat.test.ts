import { describe, expect, it } from "vitest";
import { asTenant, batchOf, chatItem, chatItems } from "../support/batch.ts";
import { loggedEvents } from "../support/logged-events.ts";
import { numberOf, say, textOf } from "../support/batch.ts";
import { HeldAnswers } from "../support/held-answers.ts";
import { bodiesTo, bodyTo, idOf, jsonOf, startService } from "../support/service.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";

const PATH = "/api/v1/batch/chat";

describe("POST /api/v1/batch/chat", () => {
  it("answers each item as the single route would", async () => {
    const { gateway, ollama } = await startService();
    const answer = await gateway.post(PATH, { requests: [chatItem(0)] });
    const { batch_id: id, results } = await batchOf(answer);
    const single = await jsonOf(await gateway.post("/api/v1/chat", chatItem(0)));
    expect(results).toEqual([
      {
        index: 0,
        success: true,
        data: {
          ...single,
          request_id: `${id}-0`,
          latency_ms: expect.any(Number),
          model_warm_start: true,
        },
      },
    ]);
    expect(textOf(results[0] ?? { index: 0, success: false })).toBe("Hello");
    const [first, second] = bodiesTo(ollama, "/api/chat");
    expect(first).toEqual(second);
    await nothingIsHeld({ gateway });
  });

  it("has the results in the order of the requests, in whichever order they end", async () => {
    const { gateway, ollama } = await startService({ UPSTREAM_PARALLEL: "6" });
    const chats = new HeldAnswers(ollama, "/api/chat");
    const asked = gateway.post(PATH, { requests: chatItems(5) });
    await chats.came(5);
    const byNumber = chats.all.toSorted((a, b) => numberOf(b) - numberOf(a));
    for (const held of byNumber) say(held);
    const { results } = await batchOf(await asked);
    expect(results.map(textOf)).toEqual([0, 1, 2, 3, 4].map((i) => `answer ${i}`));
  });

  it("takes each item's own model, options, tools and format", async () => {
    const { gateway, ollama } = await startService();
    const tool = { type: "function", function: { name: "sum", parameters: {} } };
    const item = chatItem(0, {
      temperature: 0,
      max_tokens: "5",
      tools: [tool],
      response_format: { type: "json_object" },
      keep_alive: "1h",
    });
    const { successful } = await batchOf(await gateway.post(PATH, { requests: [item] }));
    expect(successful).toBe(1);
    expect(bodyTo(ollama, "/api/chat")).toMatchObject({
      model: "fake",
      stream: false,
      format: "json",
      tools: [tool],
      keep_alive: "1h",
      options: { temperature: 0, num_predict: 5, top_p: 0.9 },
    });
  });

  it("uses the default model for an item that names none", async () => {
    const { gateway, ollama } = await startService({ OLLAMA_DEFAULT_TEXT_MODEL: "fake" });
    const requests = [undefined, null].map((model) => chatItem(0, { model }));
    const { successful } = await batchOf(await gateway.post(PATH, { requests }));
    expect(successful).toBe(2);
    expect(bodiesTo(ollama, "/api/chat").map(({ model }) => model)).toEqual(["fake", "fake"]);
  });

  it("does not act on `stream` inside items", async () => {
    const { gateway, ollama } = await startService();
    const answer = await gateway.post(PATH, { requests: [chatItem(0, { stream: true })] });
    const { results } = await batchOf(answer);
    expect(results.map(textOf)).toEqual(["Hello"]);
    expect(bodyTo(ollama, "/api/chat")["stream"]).toBe(false);
  });

  it("hands on tool calls of an item", async () => {
    const { gateway, ollama } = await startService();
    const chats = new HeldAnswers(ollama, "/api/chat");
    const asked = gateway.post(PATH, { requests: [chatItem(0)] });
    const call = { function: { name: "sum", arguments: { a: 1 } } };
    (await chats.next()).json({ message: { content: "", tool_calls: [call] }, done: true });
    const { results } = await batchOf(await asked);
    expect(results[0]?.data).toMatchObject({
      message: { content: null, tool_calls: [{ function: { name: "sum", arguments: '{"a":1}' } }] },
    });
  });

  it("runs the most that is allowed, each item once", async () => {
    const { gateway, ollama } = await startService();
    const batch = await batchOf(await gateway.post(PATH, { requests: chatItems(50) }));
    expect(batch).toMatchObject({ total_requests: 50, successful: 50, failed: 0 });
    const numbers = bodiesTo(ollama, "/api/chat").map((body) => numberOf({ body }));
    expect(numbers.toSorted((a, b) => a - b)).toEqual(chatItems(50).map((_item, i) => i));
    await nothingIsHeld({ gateway });
  });

  it("runs a thousand items where that is allowed", async () => {
    const { gateway, ollama } = await startService({
      BATCH_CHAT_MAX_REQUESTS: "1000",
      UPSTREAM_PARALLEL: "6",
    });
    const batch = await batchOf(await gateway.post(PATH, { requests: chatItems(1000) }));
    expect(batch).toMatchObject({ total_requests: 1000, successful: 1000 });
    expect(ollama.to("/api/chat")).toHaveLength(1000);
    await nothingIsHeld({ gateway });
  });
});

describe("the log of a batch", () => {
  it("has an event for each item beside the request's own", async () => {
    const { gateway } = await startService();
    const requests = [chatItem(0), { messages: [] }, chatItem(2, { model: "missing" })];
    const answer = await gateway.post(PATH, { requests }, asTenant("team"));
    const id = idOf(answer);
    await batchOf(answer);
    const items = await loggedEvents(gateway, "batch_item", 3);
    const byId = new Map(items.map((event) => [event["request_id"], event]));
    expect(byId.size).toBe(3);
    const common = {
      tenant: "team",
      project_name: "team",
      operation: "batch_chat",
      client_left: false,
      latency_ms: expect.any(Number),
    };
    expect(byId.get(`${id}-0`)).toMatchObject({
      ...common,
      status_code: 200,
      model: "fake",
      queue_ms: expect.any(Number),
      model_load_ms: expect.any(Number),
      stream: false,
    });
    expect(byId.get(`${id}-1`)).toMatchObject({
      ...common,
      status_code: 422,
      error_code: "validation_error",
    });
    expect(byId.get(`${id}-2`)).toMatchObject({
      ...common,
      status_code: 404,
      model: "missing",
      error_code: "model_not_found",
      error_message: "model 'missing' not found",
    });
    const [whole, ...others] = await loggedEvents(gateway, "http_request", 1);
    expect(others).toEqual([]);
    expect(whole).toMatchObject({
      request_id: id,
      path: PATH,
      operation: "batch_chat",
      status_code: 200,
      stream: false,
    });
    expect(whole).not.toHaveProperty("error_code");
    expect(JSON.stringify(items)).not.toContain("item 0");
  });
});
