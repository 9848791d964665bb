import { describe, expect, it } from "vitest";
import { until, within } from "../support/deadline.ts";
import { EventReader, eventsOf, type EventData } from "../support/event-stream.ts";
import { startFakeOllama } from "../support/fake-ollama.ts";
import { startGateway, type Gateway } from "../support/gateway.ts";
import { HeldAnswers } from "../support/held-answers.ts";
import { connectRaw, jsonRequest } from "../support/raw-client.ts";
import { idOf } from "../support/service.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";

const messages = [{ role: "user", content: "hi" }];
const CHAT = { model: "fake", messages, stream: true };
const OPENAI = "/api/v1/chat/completions";

/**
 * A server that loads when the test lets it, behind a service that tells of waiting after a second:
 * by then a request has been prepared, also where the machine is busy.
 */
async function setUp(
  env: Record<string, string> = {},
  more: Parameters<typeof startGateway>[2] = {},
) {
  const fake = await startFakeOllama();
  const settings = { OLLAMA_BASE_URL: fake.url, STREAM_NOTICE_AFTER: "1", ...env };
  const gateway = await startGateway(settings, {}, more);
  const loads = new HeldAnswers(fake, "/api/generate");
  const endLoad = async (): Promise<void> => {
    const load = await loads.next();
    fake.inMemory.push("fake:latest");
    load.json({ done: true });
  };
  return { fake, gateway, loads, endLoad };
}

const asTenant = (name: string): RequestInit => ({
  headers: { "content-type": "application/json", "x-project-name": name },
});

const statusOf = (event: EventData | undefined): unknown =>
  typeof event === "object" ? event["status"] : undefined;

/** A stream whose answer has begun, with notices. */
async function begun(gateway: Gateway, path: string): Promise<Response> {
  const answer = await within(gateway.post(path, CHAT), "a notice");
  expect([answer.status, answer.headers.get("content-type")]).toEqual([
    200,
    "text/event-stream; charset=utf-8",
  ]);
  return answer;
}

describe("a stream that has waited", () => {
  it("is told natively in a piece without text, and then has its answer", async () => {
    const { gateway, endLoad } = await setUp();
    const answer = await begun(gateway, "/api/v1/chat");
    expect(answer.headers.has("x-shared-ollama-load-ms"), "it is not known yet").toBe(false);
    const events = new EventReader(answer);
    expect(await events.next()).toEqual({
      chunk: "",
      role: "assistant",
      model: "fake",
      request_id: idOf(answer),
      done: false,
      status: {
        waiting_for: "model",
        since: expect.stringMatching(/^20.+Z$/) as string,
        waited_ms: expect.any(Number) as number,
      },
    });
    await endLoad();
    const rest = await events.rest();
    const pieces = rest.filter((event) => statusOf(event) === undefined);
    expect(pieces).toMatchObject([{ chunk: "Hel" }, { chunk: "lo" }, { done: true }]);
    expect(pieces.at(-1)).toMatchObject({ model_warm_start: false });
    expect((pieces.at(-1) as { model_load_ms: number }).model_load_ms).toBeGreaterThan(150);
    await nothingIsHeld({ gateway });
  });

  it("is told in OpenAI's form in comments, which clients skip", async () => {
    const { gateway, endLoad } = await setUp();
    const answer = await begun(gateway, OPENAI);
    const [text] = await Promise.all([answer.text(), endLoad()]);
    const [first, ...frames] = text.split("\n\n");
    expect(first).toMatch(/^: waiting for the model, which is being loaded, \d+ s so far$/);
    const chunks = frames.filter((frame) => frame.startsWith("data: {"));
    const last = JSON.parse(chunks.at(-1)?.slice("data: ".length) ?? "") as {
      model_load_ms: number;
    };
    expect(last).toMatchObject({ choices: [{ finish_reason: "stop" }] });
    expect(last.model_load_ms).toBeGreaterThan(150);
    expect(text.endsWith("data: [DONE]\n\n")).toBe(true);
  });

  it("is told its number in the queue, and what it waits for after that", async () => {
    const { fake, gateway } = await setUp();
    fake.inMemory.push("fake:latest");
    const chats = new HeldAnswers(fake, "/api/chat");
    const running = gateway.post("/api/v1/chat", { ...CHAT, stream: false }, asTenant("a"));
    const held = await chats.next();
    const first = await gateway.post("/api/v1/chat", CHAT, asTenant("b"));
    const second = await gateway.post("/api/v1/chat", CHAT, asTenant("c"));
    for (const [answer, position] of [
      [first, 1],
      [second, 2],
    ] as const) {
      // oxfmt-ignore
      const status = statusOf(await new EventReader(answer).next());
      expect(status).toMatchObject({ waiting_for: "place", position });
    }
    held.finish();
    for (const _ of [1, 2]) (await chats.next()).finish();
    expect((await running).status).toBe(200);
    await nothingIsHeld({ gateway });
  });

  it("is told at its end which context it has, when its head has gone", async () => {
    const lanes = { contextLanes: { fake: [1024, 2048] } };
    const { gateway, loads, endLoad } = await setUp({}, lanes);
    const body = { ...CHAT, options: { num_ctx: 2048 } };
    const answer = await within(gateway.post("/api/v1/chat", body), "a notice");
    expect(answer.headers.has("x-shared-ollama-num-ctx"), "it is not known yet").toBe(false);
    // Memory has room for less.
    (await loads.next()).json({ error: "model requires more system memory" }, 500);
    const [events] = await Promise.all([eventsOf(answer), endLoad()]);
    expect(events.at(-1)).toMatchObject({ done: true, num_ctx: { asked: 2048, used: 1024 } });
    await nothingIsHeld({ gateway });
  });

  it("is told of a failure in the stream, as one that comes later is", async () => {
    const { gateway, loads } = await setUp();
    const native = await begun(gateway, "/api/v1/chat");
    const openai = await begun(gateway, OPENAI);
    (await loads.next()).json({ error: "no memory" }, 500);
    const code = "upstream_unavailable";
    expect((await eventsOf(native)).at(-1)).toMatchObject({
      chunk: "",
      done: true,
      error: "no memory",
      code,
      request_id: idOf(native),
    });
    expect((await eventsOf(openai)).slice(-2)).toMatchObject([
      { error: { message: "no memory", code } },
      "[DONE]",
    ]);
    await nothingIsHeld({ gateway });
  });

  it("is stopped there at its hard stop", async () => {
    const { gateway, loads } = await setUp({
      QUEUE_CHAT_DEFAULT_TIMEOUT: "1",
      STREAM_NOTICE_AFTER: "0.2",
    });
    const answer = await begun(gateway, "/api/v1/chat");
    expect((await eventsOf(answer)).at(-1)).toMatchObject({ done: true, code: "request_timeout" });
    expect((await loads.next()).request.cancelled, "the load goes on").toBe(false);
    await nothingIsHeld({ gateway });
  });

  it.each(["/api/v1/chat", OPENAI])("frees everything when its client leaves %s", async (path) => {
    const { gateway, loads } = await setUp();
    const client = await connectRaw(gateway.url);
    const answer = client.ask(jsonRequest(path, CHAT));
    await until(() => answer.text.includes("waiting"), "a notice");
    client.leave();
    await nothingIsHeld({ gateway });
    expect((await loads.next()).request.cancelled, "the load goes on").toBe(false);
  });

  it("is told, too, where it waits for the answer to the same question", async () => {
    const { gateway, endLoad } = await setUp({ RESPONSE_CACHE_ENABLED: "true" });
    const both = await Promise.all([0, 1].map(() => begun(gateway, "/api/v1/chat")));
    const readers = both.map((answer) => new EventReader(answer));
    for (const reader of readers) {
      expect(statusOf(await reader.next())).toMatchObject({ waiting_for: "model" });
    }
    await endLoad();
    for (const reader of readers) {
      expect((await reader.rest()).at(-1)).toMatchObject({ done: true, model_warm_start: false });
    }
    expect(both.map((answer) => answer.headers.get("x-cache"))).toEqual(["MISS", "MISS"]);
    await nothingIsHeld({ gateway });
  });
});

describe("nothing is told", () => {
  it("to one that is refused before: its status says it", async () => {
    const { gateway, loads } = await setUp({ STREAM_NOTICE_AFTER: "60" });
    const asked = gateway.post("/api/v1/chat", CHAT);
    (await loads.next()).json({ error: "no memory" }, 500);
    expect((await asked).status).toBe(503);
  });

  it("on /api and /v1, whose streams stay byte for byte", async () => {
    const { fake, gateway, endLoad } = await setUp();
    const passed = ["/api/chat", "/v1/chat/completions"];
    const asked = passed.map((path) => gateway.post(path, CHAT));
    // By then they have waited for as long as it takes to be told.
    await (await begun(gateway, "/api/v1/chat")).body?.cancel();
    await endLoad();
    for (const [i, path] of passed.entries()) {
      const direct = await fetch(fake.url + path, { method: "POST", body: JSON.stringify(CHAT) });
      expect(await (await asked[i])?.text()).toBe(await direct.text());
    }
  });

  it("while the server works on the request, however long that takes", async () => {
    const { fake, gateway } = await setUp();
    fake.inMemory.push("fake:latest");
    const chats = new HeldAnswers(fake, "/api/chat");
    const working = gateway.post("/api/v1/chat", CHAT, asTenant("a"));
    const held = await chats.next();
    // One that waits behind it is told.
    const waiting = await gateway.post("/api/v1/chat", CHAT, asTenant("b"));
    held.json({ error: "the prompt is too long" }, 400);
    expect((await working).status).toBe(400);
    (await chats.next()).finish();
    await waiting.text();
  });
});
