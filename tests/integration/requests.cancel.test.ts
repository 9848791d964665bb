import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { within } from "../support/deadline.ts";
import { EventReader, eventsOf } from "../support/event-stream.ts";
import { startFakeOllama } from "../support/fake-ollama.ts";
import { startGateway, type Gateway } from "../support/gateway.ts";
import { HeldAnswers } from "../support/held-answers.ts";
import { loggedEventOf } from "../support/logged-events.ts";
import { LineReader, linesOf } from "../support/ndjson.ts";
import { cancel, ELSEWHERE, listed, underWay } from "../support/requests-under-way.ts";
import { idOf } from "../support/service.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";

const messages = [{ role: "user", content: "hi" }];

const as = (project: string, more: Record<string, string> = {}): RequestInit => ({
  headers: { "content-type": "application/json", "x-project-name": project, ...more },
});

/** A server with one place, whose model is in memory unless the test loads it by hand. */
async function setUp(env: Record<string, string> = {}, { isLoaded = true } = {}) {
  const ollama = await startFakeOllama({ models: ["fake:latest", "all-minilm:latest"] });
  if (isLoaded) ollama.inMemory.push("fake:latest", "all-minilm:latest");
  const gateway = await startGateway({
    OLLAMA_BASE_URL: ollama.url,
    UPSTREAM_PARALLEL: "1",
    RATE_LIMIT_ENABLED: "false",
    ...env,
  });
  return { ollama, gateway };
}

/** The routes that answer a chat: their dialect's error, and where they call the server. */
const ROUTES = [
  {
    path: "/api/v1/chat",
    to: "/api/chat",
    error: { error: "The request was cancelled", error_type: "RequestError", code: "cancelled" },
  },
  {
    path: "/api/chat",
    to: "/api/chat",
    error: { error: "The request was cancelled", code: "cancelled" },
  },
  {
    path: "/v1/chat/completions",
    to: "/v1/chat/completions",
    error: { error: { message: "The request was cancelled", code: "cancelled" } },
  },
  {
    path: "/v1/messages",
    to: "/v1/messages",
    error: { type: "error", error: { message: "The request was cancelled", code: "cancelled" } },
  },
];

/** It is written down as cancelled, and not as left by its client. */
async function expectLogged(gateway: Gateway, id: unknown): Promise<void> {
  expect(await loggedEventOf(gateway, String(id))).toMatchObject({
    ended: "cancelled",
    error_code: "cancelled",
    client_left: false,
  });
}

describe("a request that is cancelled", () => {
  it.each(ROUTES)("while it waits for a place: $path", async ({ path, to, error }) => {
    const { ollama, gateway } = await setUp();
    const chats = new HeldAnswers(ollama, "/api/chat");
    const first = gateway.post("/api/chat", { model: "fake", messages, stream: false }, as("a"));
    const held = await chats.next();
    const body = { model: "fake", messages, max_tokens: 5, stream: true };
    const given = path === "/api/v1/chat" ? { ...body, stream: false } : body;
    const waiting = gateway.post(path, given, as("b"));
    const { request_id: id, position, state, summary } = await underWay(gateway, "b", "place");
    expect({ position, state }).toEqual({ position: 1, state: "waiting" });
    expect(summary).toMatch(/^Waiting for a place for .+, number 1 in the queue$/);
    const answer = await cancel(gateway, id);
    expect([answer.status, await answer.json()]).toEqual([
      200,
      { request_id: id, state: "cancelled" },
    ]);
    const refused = await within(waiting, "the answer to the cancelled request");
    expect([refused.status, await refused.json()]).toMatchObject([409, error]);
    expect((await cancel(gateway, id)).status, "it has ended").toBe(404);
    held.json({ done: true });
    expect((await first).status).toBe(200);
    expect(ollama.to(to).length, "it was never sent").toBe(
      path === to && to !== "/api/chat" ? 0 : 1,
    );
    await expectLogged(gateway, id);
    await nothingIsHeld({ gateway });
  });

  it.each(ROUTES)("while its model is loaded: $path", async ({ path, error }) => {
    const { ollama, gateway } = await setUp({ STREAM_NOTICE_AFTER: "0" }, { isLoaded: false });
    const loads = new HeldAnswers(ollama, "/api/generate");
    const body = { model: "fake", messages, max_tokens: 5, stream: true };
    const waiting = gateway.post(path, body, as("b"));
    const load = await loads.next();
    const { request_id: id } = await underWay(gateway, "b", "model");
    expect((await cancel(gateway, id)).status).toBe(200);
    const refused = await within(waiting, "the answer to the cancelled request");
    expect([refused.status, await refused.json()]).toMatchObject([409, error]);
    load.json({ done: true });
    await expectLogged(gateway, id);
    await nothingIsHeld({ gateway });
  });

  it("in a stream that was told that it waits is told there", async () => {
    const { ollama, gateway } = await setUp({ STREAM_NOTICE_AFTER: "1" }, { isLoaded: false });
    const loads = new HeldAnswers(ollama, "/api/generate");
    const body = { model: "fake", messages, stream: true };
    const native = await gateway.post("/api/v1/chat", body, as("a"));
    const openai = await gateway.post("/api/v1/chat/completions", body, as("a"));
    for (const answer of [native, openai]) await cancel(gateway, idOf(answer));
    expect((await eventsOf(native)).at(-1)).toMatchObject({ done: true, code: "cancelled" });
    expect((await eventsOf(openai)).slice(-2)).toMatchObject([
      { error: { code: "cancelled" } },
      "[DONE]",
    ]);
    (await loads.next()).json({ done: true });
    await nothingIsHeld({ gateway });
  });

  it("in the middle of a stream of the service's own has an error there", async () => {
    const { ollama, gateway } = await setUp();
    const chats = new HeldAnswers(ollama, "/api/chat");
    for (const path of ["/api/v1/chat", "/api/v1/chat/completions"]) {
      const coming = gateway.post(path, { model: "fake", messages, stream: true }, as("a"));
      const held = await chats.next();
      held.piece("one");
      const answer = await coming;
      const events = new EventReader(answer);
      await events.next();
      const { state, waiting_for, output_tokens } = await underWay(gateway, "a", null);
      expect({ state, waiting_for, output_tokens }).toEqual({
        state: "running",
        waiting_for: null,
        output_tokens: 1,
      });
      await cancel(gateway, idOf(answer));
      const rest = await within(events.rest(), "the end of the stream");
      if (path === "/api/v1/chat") {
        expect(rest).toMatchObject([{ chunk: "", done: true, code: "cancelled" }]);
      } else expect(rest).toMatchObject([{ error: { code: "cancelled" } }, "[DONE]"]);
      await held.sawCancel();
      await expectLogged(gateway, idOf(answer));
    }
    await nothingIsHeld({ gateway });
  });

  it("in the middle of a stream that passes through has an error line of Ollama's", async () => {
    const { ollama, gateway } = await setUp();
    const chats = new HeldAnswers(ollama, "/api/chat");
    const coming = gateway.post("/api/chat", { model: "fake", messages }, as("a"));
    const held = await chats.next();
    held.piece("one");
    const answer = await coming;
    const lines = new LineReader(answer);
    expect(await lines.next()).toMatchObject({ message: { content: "one" } });
    await cancel(gateway, idOf(answer));
    expect(await within(lines.rest(), "the end of the stream")).toEqual([
      { error: "The request was cancelled", code: "cancelled" },
    ]);
    await held.sawCancel();
    await expectLogged(gateway, idOf(answer));
    await nothingIsHeld({ gateway });
  });

  it.each([
    ["/v1/chat/completions", /^data: (\{"error":\{"message":"The request was cancelled".+\})\n\n$/],
    ["/v1/messages", /^event: error\ndata: (\{"type":"error".+"code":"cancelled".+\})\n\n$/],
  ])("in the middle of events that pass through has one that says so: %s", async (path, form) => {
    const { ollama, gateway } = await setUp();
    const chats = new HeldAnswers(ollama, path);
    const body = { model: "fake", messages, max_tokens: 5, stream: true };
    const coming = gateway.post(path, body, as("a"));
    const held = await chats.next();
    held.response.writeHead(200, { "Content-Type": "text/event-stream" });
    held.send('data: {"choices":[]}\n\n');
    const answer = await coming;
    await underWay(gateway, "a", null);
    await cancel(gateway, idOf(answer));
    const text = await within(answer.text(), "the end of the stream");
    expect(text.slice('data: {"choices":[]}\n\n'.length)).toMatch(form);
    await held.sawCancel();
    await expectLogged(gateway, idOf(answer));
    await nothingIsHeld({ gateway });
  });

  it.each([
    ["a part is open", { "Content-Type": "application/x-ndjson" }, '{"message":{"con'],
    ["an event is open", { "Content-Type": "text/event-stream" }, 'data: {"a":1}\n'],
    [
      "its length was told",
      { "Content-Type": "application/x-ndjson", "Content-Length": "99999" },
      "{}\n",
    ],
    [
      "it is encoded",
      { "Content-Type": "application/x-ndjson", "Content-Encoding": "gzip" },
      gzipSync("{}\n").subarray(0, 12),
    ],
  ])("breaks off where nothing can be said, since %s", async (_why, head, sent) => {
    const { ollama, gateway } = await setUp();
    const chats = new HeldAnswers(ollama, "/api/chat");
    const coming = gateway.post("/api/chat", { model: "fake", messages }, as("a"));
    const held = await chats.next();
    held.response.writeHead(200, head);
    held.send(sent);
    const answer = await coming;
    await underWay(gateway, "a", null);
    await cancel(gateway, idOf(answer));
    await expect(within(answer.arrayBuffer(), "the end of the stream")).rejects.toThrow();
    await held.sawCancel();
    await expectLogged(gateway, idOf(answer));
    await nothingIsHeld({ gateway });
  });

  it("leaves others alone who share its run", async () => {
    const { ollama, gateway } = await setUp({ RESPONSE_CACHE_ENABLED: "true" });
    const chats = new HeldAnswers(ollama, "/api/chat");
    const body = { model: "fake", messages, stream: true };
    const first = gateway.post("/api/v1/chat", body, as("a"));
    const held = await chats.next();
    held.piece("one");
    const [one, two] = [await first, await gateway.post("/api/v1/chat", body, as("a"))];
    await cancel(gateway, idOf(one));
    expect((await eventsOf(one)).at(-1)).toMatchObject({ code: "cancelled" });
    held.finish();
    expect((await eventsOf(two)).map((event) => (event as { chunk: string }).chunk)).toEqual([
      "one",
      "",
    ]);
    await expectLogged(gateway, idOf(one));
    expect(await loggedEventOf(gateway, idOf(two))).toMatchObject({ ended: "completed" });
    await nothingIsHeld({ gateway });
  });

  it("leaves others alone whose texts go in the same call", async () => {
    const { ollama, gateway } = await setUp();
    const embeds = new HeldAnswers(ollama, "/api/embed");
    const ask = (project: string, input: string): Promise<Response> =>
      gateway.post("/api/v1/embeddings", { model: "all-minilm", input }, as(project));
    const [one, two] = [ask("a", "one text"), ask("b", "another")];
    const held = await embeds.next();
    const texts = (held.body["input"] as string[]).length;
    const { request_id: id } = await underWay(gateway, "a", "answer");
    await cancel(gateway, id);
    const refused = await one;
    expect([refused.status, await refused.json()]).toMatchObject([
      409,
      { code: "cancelled", error: { code: "cancelled" } },
    ]);
    held.json({ embeddings: Array.from({ length: texts }, () => [1, 0]), prompt_eval_count: 2 });
    if (texts === 1) (await embeds.next()).json({ embeddings: [[1, 0]], prompt_eval_count: 2 });
    expect((await two).status).toBe(200);
    await nothingIsHeld({ gateway });
  });

  it("is an item of a batch, or all of it", async () => {
    const { ollama, gateway } = await setUp();
    const chats = new HeldAnswers(ollama, "/api/chat");
    const item = { model: "fake", messages };
    const coming = gateway.post("/api/v1/batch/chat", { requests: [item, item] }, as("a"));
    await chats.next();
    const { request_id: id } = await underWay(gateway, "a", "answer");
    const [batch, index] = [String(id).slice(0, 36), Number(String(id).slice(37))];
    await cancel(gateway, id);
    (await chats.next()).json({ message: { role: "assistant", content: "two" }, done: true });
    const { results } = (await (await coming).json()) as { results: object[] };
    expect(results[index]).toMatchObject({ success: false, code: "cancelled", request_id: id });
    expect(results[1 - index]).toMatchObject({ success: true });
    expect(await loggedEventOf(gateway, batch)).toMatchObject({ ended: "completed" });

    const stream = { requests: [item, item], stream: true };
    const streamed = await gateway.post("/api/v1/batch/chat", stream, as("a"));
    const held = await chats.next();
    await cancel(gateway, idOf(streamed));
    expect(await linesOf(streamed)).toMatchObject([
      { total_requests: 2, successful: 0, code: "cancelled", done: true },
    ]);
    await held.sawCancel();
    const whole = gateway.post("/api/v1/batch/chat", { requests: [item] }, as("a"));
    await chats.next();
    const { running } = await listed(gateway, "?project=a");
    await cancel(gateway, running.find(({ kind }) => kind === "batch")?.["request_id"]);
    expect((await whole).status).toBe(409);
    await nothingIsHeld({ gateway });
  });

  it("waits for a download, which goes on", async () => {
    const { ollama, gateway } = await setUp();
    const pulls = new HeldAnswers(ollama, "/api/pull");
    const coming = gateway.post("/api/v1/models/pull", { name: "new", stream: true });
    const held = await pulls.next();
    held.line({ status: "pulling", digest: "sha256:a", total: 10, completed: 1 });
    const answer = await coming;
    await cancel(gateway, idOf(answer));
    expect((await linesOf(answer)).at(-1)).toMatchObject({ code: "cancelled" });
    expect(held.request.cancelled).toBe(false);
    await gateway.get("/api/v1/models/pull/new", { method: "DELETE" });
    await held.sawCancel();
    await nothingIsHeld({ gateway });
  });

  it("is still sending its body", async () => {
    const { gateway } = await setUp();
    let send: ReadableStreamDefaultController<Uint8Array> | undefined;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => void (send = controller),
    });
    send?.enqueue(Buffer.from('{"model":"fake",'));
    const coming = gateway.get("/api/v1/chat", {
      ...as("a"),
      method: "POST",
      body,
      duplex: "half",
    });
    const { request_id: id } = await underWay(gateway, "a", "preparation");
    await cancel(gateway, id);
    send?.enqueue(Buffer.from('"messages":[]}'));
    send?.close();
    expect((await within(coming, "the answer")).status).toBe(409);
    await nothingIsHeld({ gateway });
  });
});

describe("whose request may be cancelled", () => {
  it("is one's own, and anybody's for who may manage", async () => {
    const { ollama, gateway } = await setUp();
    const chats = new HeldAnswers(ollama, "/api/chat");
    const ask = (project: string): Promise<Response> =>
      gateway.post("/api/chat", { model: "fake", messages, stream: false }, as(project, ELSEWHERE));
    const mine = ask("mine");
    await chats.next();
    const { request_id: id } = await underWay(gateway, "mine", "answer");
    const theirs = { ...ELSEWHERE, "x-project-name": "theirs" };
    const refused = await cancel(gateway, id, theirs);
    const unknown = await cancel(gateway, "7f1f9c0e-3b5a-4d53-9d7e-0a2d5f6e8c11", theirs);
    // Nothing tells the two apart but the id that was asked for.
    expect([refused.status, unknown.status]).toEqual([404, 404]);
    const words = (body: unknown): string => (body as { error: string }).error.replace(/'.+'/, "");
    expect(words(await refused.json())).toBe(words(await unknown.json()));
    expect((await gateway.get(`/api/v1/requests/${String(id)}`, { headers: theirs })).status).toBe(
      404,
    );
    expect((await listed(gateway, "?project=mine", theirs)).running).toEqual([]);
    expect((await cancel(gateway, id, { ...ELSEWHERE, "x-project-name": "mine" })).status).toBe(
      200,
    );
    expect((await mine).status).toBe(409);
    await nothingIsHeld({ gateway });
  });

  it.each([
    "__proto__",
    "constructor",
    "7F1F9C0E-3B5A-4D53-9D7E-0A2D5F6E8C11",
    "'%20OR%201=1--",
    "%F0%9F%98%80",
    "a".repeat(400),
  ])("is none of an id like %s", async (id) => {
    const { gateway } = await setUp({ REQUEST_LOG_ENABLED: "true" });
    for (const method of ["DELETE", "GET"]) {
      const answer = await gateway.get(`/api/v1/requests/${id}`, { method });
      expect([answer.status, await answer.json()]).toMatchObject([404, { code: "not_found" }]);
    }
  });
});
