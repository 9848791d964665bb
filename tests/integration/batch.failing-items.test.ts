import { describe, expect, it } from "vitest";
import { batchOf, chatItem, failure } from "../support/batch.ts";
import { loggedEvents } from "../support/logged-events.ts";
import { numberOf, say, textOf, type ItemResult } from "../support/batch.ts";
import type { FakeOllama, Received } from "../support/fake-ollama.ts";
import { HeldAnswer, HeldAnswers } from "../support/held-answers.ts";
import { startService } from "../support/service.ts";
import { serviceLog } from "../support/gateway.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";

const PATHS = ["/api/v1/batch/chat", "/api/v1/batch/chat/completions"];

/** Lets the fake fail one item in some way and answer the others. */
function failItem(ollama: FakeOllama, number: number, fail: (held: HeldAnswer) => void): void {
  ollama.script("/api/chat", (request: Received, response) => {
    const held = new HeldAnswer(request, response);
    if (numberOf(held) === number) fail(held);
    else say(held);
  });
}

/** The items around the failed one have their answers. */
function expectOthers(results: ItemResult[], failed: number): void {
  const others = results.filter(({ index }) => index !== failed);
  expect(others.map(textOf)).toEqual(others.map(({ index }) => `answer ${index}`));
}

describe.each(PATHS)("an item of %s that fails", (path) => {
  it.each([
    ["is no object", "hello", "validation_error", /^The item is not/],
    ["is null", null, "validation_error", /^The item is not/],
    ["is a list", [chatItem(1)], "validation_error", /^The item is not/],
    ["is empty", {}, "validation_error", /^messages: /],
    ["has no message", { messages: [] }, "validation_error", /^messages: /],
    [
      "has an unknown role",
      { messages: [{ role: "boss", content: "x" }] },
      "validation_error",
      /^messages\.0\.role: /,
    ],
    [
      "has content that is no text",
      { messages: [{ role: "user", content: 7 }] },
      "validation_error",
      /^messages\.0\.content: /,
    ],
    ["has a bad option", chatItem(1, { top_p: 7 }), "validation_error", /^top_p: /],
    ["has a wrong stream", chatItem(1, { stream: 7 }), "validation_error", /^stream: /],
    ["names an empty model", chatItem(1, { model: " " }), "validation_error", /^model: /],
    ["has a model that is no text", chatItem(1, { model: 7 }), "validation_error", /^model: /],
    [
      "names a model that is missing",
      chatItem(1, { model: "missing" }),
      "model_not_found",
      /^model 'missing' not found$/,
    ],
    [
      "has a prompt too large",
      chatItem(1, { messages: [{ role: "user", content: "x".repeat(16_385) }] }),
      "prompt_too_large",
      /4097/,
    ],
  ])("because it %s is a result like the others", async (_name, item, code, says) => {
    const { gateway, ollama } = await startService();
    ollama.script("/api/chat", (request, response) => {
      const held = new HeldAnswer(request, response);
      if (held.body["model"] === "fake") say(held);
      else held.json({ error: `model '${String(held.body["model"])}' not found` }, 404);
    });
    const requests = [chatItem(0), item, chatItem(2)];
    const { results } = await batchOf(await gateway.post(path, { requests }));
    expect(results[1]).toEqual(failure(1, code, says));
    expectOthers(results, 1);
    await nothingIsHeld({ gateway });
  });

  it("because its prompt is too large says how large", async () => {
    const { gateway } = await startService({ MAX_PROMPT_TOKENS: "10" });
    const long = chatItem(1, { messages: [{ role: "user", content: "x".repeat(41) }] });
    const { results } = await batchOf(await gateway.post(path, { requests: [chatItem(0), long] }));
    expect(results[0]).toMatchObject({ success: true });
    expect(results[1]).toMatchObject({ estimated_tokens: 11, limit_tokens: 10 });
  });

  it.each([
    ["answers 500", { error: "out of memory" }, 500, "upstream_unavailable", /^out of memory$/],
    ["answers 429", { error: "busy" }, 429, "upstream_unavailable", /^busy$/],
    ["answers 400", { error: "bad options" }, 400, "invalid_request", /^bad options$/],
    ["answers 502 with no reason", {}, 502, "upstream_unavailable", /status 502/],
  ])(
    "because the server %s is a result like the others",
    async (_name, body, status, code, says) => {
      const { gateway, ollama } = await startService();
      failItem(ollama, 1, (held) => held.json(body, status));
      const requests = [chatItem(0), chatItem(1), chatItem(2), chatItem(3)];
      const { results } = await batchOf(await gateway.post(path, { requests }));
      expect(results[1]).toEqual(failure(1, code, says));
      expectOthers(results, 1);
      await nothingIsHeld({ gateway });
    },
  );

  it.each([
    ["before its answer", (held: HeldAnswer) => held.crash()],
    [
      "in the middle of it",
      (held: HeldAnswer) => {
        held.response.writeHead(200, { "Content-Type": "application/json" });
        held.response.write('{"model":"fake","message":{', () => held.crash());
      },
    ],
    [
      "with half an answer of known length",
      (held: HeldAnswer) => {
        held.response.writeHead(200, { "Content-Length": "500" });
        held.response.write('{"model":"fake"', () => held.response.socket?.destroy());
      },
    ],
    ["with what is no JSON", (held: HeldAnswer) => void held.response.end("<html>")],
  ])("because the server breaks off %s is a result like the others", async (_name, fail) => {
    const { gateway, ollama } = await startService();
    failItem(ollama, 1, fail);
    const requests = [chatItem(0), chatItem(1), chatItem(2), chatItem(3)];
    const { results } = await batchOf(await gateway.post(path, { requests }));
    expect(results[1]).toEqual(failure(1, "upstream_unavailable"));
    expect(results[1]).toMatchObject({ error_type: "ConnectionError", retry_after: 2 });
    expectOthers(results, 1);
    await nothingIsHeld({ gateway });
  });

  it("because it ran past the hard stop is cancelled, while others succeed", async () => {
    const { gateway, ollama } = await startService({
      QUEUE_CHAT_DEFAULT_TIMEOUT: "1",
      UPSTREAM_PARALLEL: "6",
    });
    const held: HeldAnswer[] = [];
    failItem(ollama, 1, (never) => held.push(never));
    const requests = [0, 1, 2, 3].map((i) => chatItem(i));
    const { results } = await batchOf(await gateway.post(path, { requests }));
    expect(results[1]).toEqual(failure(1, "request_timeout", /longer than 1 s/));
    expectOthers(results, 1);
    for (const never of held) await never.sawCancel();
    await nothingIsHeld({ gateway });
  });

  it("leaves the others alone, also when all fail", async () => {
    const { gateway } = await startService();
    const requests = Array.from({ length: 50 }, (_, i) => chatItem(i, { temperature: -1 }));
    const batch = await batchOf(await gateway.post(path, { requests }));
    expect(batch).toMatchObject({ total_requests: 50, successful: 0, failed: 50 });
    expect(new Set(batch.results.map(({ code }) => code))).toEqual(new Set(["validation_error"]));
    await nothingIsHeld({ gateway });
  });
});

it("an item with an unknown field fails on the native route only", async () => {
  const { gateway } = await startService();
  const requests = [chatItem(0, { something_new: 1 })];
  const [native, openai] = await Promise.all(
    PATHS.map(async (path) => batchOf(await gateway.post(path, { requests }))),
  );
  expect(native?.results).toEqual([failure(0, "validation_error", /something_new/)]);
  expect(openai?.successful).toBe(1);
});

it("an item with images fails on the native route for text", async () => {
  const { gateway } = await startService();
  const image = "data:image/png;base64,iVBORw0KGgo=";
  const part = { type: "image_url", image_url: { url: image } };
  const requests = [
    chatItem(0, { images: [image] }),
    chatItem(1, { messages: [{ role: "user", content: [part] }] }),
  ];
  const { results } = await batchOf(await gateway.post("/api/v1/batch/chat", { requests }));
  expect(results).toEqual([
    failure(0, "validation_error", /images/),
    failure(1, "validation_error", /\/api\/v1\/vlm/),
  ]);
});

describe("the hard stop of an item", () => {
  it("counts from when it may run, not from the start of the batch", async () => {
    const service = await startService({ QUEUE_CHAT_DEFAULT_TIMEOUT: "1" });
    const { gateway, ollama } = service;
    const chats = new HeldAnswers(ollama, "/api/chat");
    const asked = gateway.post("/api/v1/batch/chat", {
      requests: [0, 1, 2].map((i) => chatItem(i)),
    });
    // Two items run into their hard stop one after another: the third has waited for two seconds.
    for (const expected of [0, 1]) {
      const held = await chats.next();
      expect(numberOf(held)).toBe(expected);
      await held.sawCancel();
    }
    say(await chats.next());
    const { results } = await batchOf(await asked);
    expect(results).toEqual([
      failure(0, "request_timeout"),
      failure(1, "request_timeout"),
      expect.objectContaining({ index: 2, success: true }),
    ]);
    await nothingIsHeld(service);
  });

  it("counts the load of its model, which goes on", async () => {
    const service = await startService({ QUEUE_CHAT_DEFAULT_TIMEOUT: "1" });
    const { gateway, ollama } = service;
    ollama.inMemory.length = 0;
    const loads = new HeldAnswers(ollama, "/api/generate");
    const asked = gateway.post("/api/v1/batch/chat", { requests: [chatItem(0)] });
    const load = await loads.next();
    const { results } = await batchOf(await asked);
    expect(results).toEqual([failure(0, "request_timeout")]);
    expect(load.request.cancelled).toBe(false);
    await nothingIsHeld(service);
    ollama.inMemory.push("fake:latest");
    load.json({ done: true, done_reason: "load" });
  });
});

it("the service's log is told of the server's failures, not of a client's", async () => {
  const { gateway, ollama } = await startService();
  failItem(ollama, 1, (held) => held.json({ error: "out of memory" }, 500));
  const requests = [{ messages: [] }, chatItem(1)];
  const { batch_id: id } = await batchOf(await gateway.post("/api/v1/batch/chat", { requests }));
  const items = await loggedEvents(gateway, "batch_item", 2);
  expect(
    items.map((item) => [item["request_id"], item["status_code"], item["error_code"]]),
  ).toEqual([
    [`${id}-0`, 422, "validation_error"],
    [`${id}-1`, 503, "upstream_unavailable"],
  ]);
  await gateway.service.lifecycle.stop();
  const log = await serviceLog(gateway);
  const told = log.split("\n").filter((line) => line.includes("requests refused"));
  expect(told.map((line) => JSON.parse(line) as object)).toEqual([
    expect.objectContaining({ code: "upstream_unavailable", refused: 1, request_id: `${id}-1` }),
  ]);
});
