import { describe, expect, it } from "vitest";
import { until } from "../support/deadline.ts";
import { EventReader, eventsOf, type EventData } from "../support/event-stream.ts";
import { HeldAnswers, type HeldAnswer } from "../support/held-answers.ts";
import { connectPlain, requestHead } from "../support/plain-socket.ts";
import { expectNativeError, expectOpenAIError, idOf, startService } from "../support/service.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";

const BODY = { model: "fake", messages: [{ role: "user", content: "hi" }], stream: true };

interface OpenStream {
  /** The service's answer, its first piece read already. */
  events: EventReader;
  upstream: HeldAnswer;
  id: string;
  service: Awaited<ReturnType<typeof startService>>;
}

/** How one dialect shows a stream. */
interface Dialect {
  path: string;
  textOf: (event: EventData | undefined) => unknown;
  /** The frames that end a stream that failed. */
  failure: (id: string, error: { says: RegExp; code: string; retryAfter?: number }) => unknown[];
}

const native: Dialect = {
  path: "/api/v1/chat",
  textOf: (event) => (event as { chunk?: string }).chunk,
  failure: (id, { says, code, retryAfter }) => [
    {
      chunk: "",
      role: "assistant",
      model: "fake",
      done: true,
      error: expect.stringMatching(says),
      error_type: code === "request_timeout" ? "TimeoutError" : "ConnectionError",
      code,
      request_id: id,
      ...(retryAfter ? { retry_after: retryAfter } : {}),
    },
  ],
};

const openai: Dialect = {
  path: "/api/v1/chat/completions",
  textOf: (event) =>
    (event as { choices: { delta: { content?: string } }[] }).choices[0]?.delta.content,
  failure: (id, { says, code, retryAfter }) => [
    {
      error: { message: expect.stringMatching(says), type: "server_error", param: null, code },
      request_id: id,
      ...(retryAfter ? { retry_after: retryAfter } : {}),
    },
    "[DONE]",
  ],
};

/** Opens a stream and takes it to its first piece. */
async function openStream(
  { path, textOf }: Dialect,
  env: Record<string, string> = {},
): Promise<OpenStream> {
  const service = await startService(env);
  const chats = new HeldAnswers(service.ollama, "/api/chat");
  const asked = service.gateway.post(path, BODY);
  const upstream = await chats.next();
  upstream.piece("one");
  const answer = await asked;
  expect(answer.status).toBe(200);
  const events = new EventReader(answer);
  expect(textOf(await events.next())).toBe("one");
  return { events, upstream, id: idOf(answer), service };
}

describe.each([
  ["native", native],
  ["OpenAI's", openai],
])("a stream of %s dialect", (_name, dialect) => {
  it("hands each frame on before the next is sent", async () => {
    const { events, upstream, service } = await openStream(dialect);
    for (const word of ["two", "three", "four"]) {
      upstream.piece(word);
      expect(dialect.textOf(await events.next())).toBe(word);
    }
    expect(service.gateway.service.load()).toMatchObject({ active: 1, text: 1 });
    upstream.finish();
    expect(await events.rest()).toHaveLength(dialect === openai ? 2 : 1);
    await nothingIsHeld(service);
  });

  it("puts a line together that comes in pieces, cut inside a character, too", async () => {
    const { events, upstream } = await openStream(dialect);
    const message = { role: "assistant", content: "Grüße, 🦙\n" };
    const line = Buffer.from(`${JSON.stringify({ model: "fake", message, done: false })}\n`);
    for (const byte of line) {
      upstream.send(Buffer.from([byte]));
      await new Promise(setImmediate);
    }
    expect(dialect.textOf(await events.next())).toBe("Grüße, 🦙\n");
    upstream.finish();
  });

  it("hands on each of several lines that come at once", async () => {
    const { events, upstream } = await openStream(dialect);
    const line = (content: string) =>
      `${JSON.stringify({ message: { role: "assistant", content }, done: false })}\n`;
    upstream.send(`${line("two")}\n${line("three")}`);
    expect(dialect.textOf(await events.next())).toBe("two");
    expect(dialect.textOf(await events.next())).toBe("three");
    upstream.finish();
  });

  it("ends with an error frame when the server says an error", async () => {
    const { events, upstream, id, service } = await openStream(dialect);
    upstream.line({ error: "the model ran away" });
    upstream.response.end();
    const says = /^the model ran away$/;
    const code = "upstream_unavailable";
    expect(await events.rest()).toEqual(dialect.failure(id, { says, code, retryAfter: 2 }));
    await nothingIsHeld(service);
  });

  it.each([
    ["crashes", (upstream: HeldAnswer) => upstream.crash(), /broke off/],
    ["ends without a last line", (upstream: HeldAnswer) => upstream.response.end(), /broke off/],
    [
      "ends inside a line",
      (upstream: HeldAnswer) => {
        upstream.send('{"message":{"content":"tw');
        upstream.response.end();
      },
      /not JSON/,
    ],
    ["sends something else", (upstream: HeldAnswer) => upstream.send("<html>\n"), /not JSON/],
  ])("ends with an error frame when the server %s", async (_what, fail, says) => {
    const { events, upstream, id, service } = await openStream(dialect);
    fail(upstream);
    const code = "upstream_unavailable";
    expect(await events.rest()).toEqual(dialect.failure(id, { says, code, retryAfter: 2 }));
    await nothingIsHeld(service);
  });

  it("ends with an error frame at the hard stop, and stops the server", async () => {
    const stream = await openStream(dialect, { QUEUE_CHAT_DEFAULT_TIMEOUT: "1" });
    const { events, upstream, id, service } = stream;
    const error = { says: /took longer than 1 s/, code: "request_timeout", retryAfter: 2 };
    expect(await events.rest()).toEqual(dialect.failure(id, error));
    await upstream.sawCancel();
    await nothingIsHeld(service);
  });

  it("is a plain error with its status when the server fails before the first line", async () => {
    const { gateway, ollama } = await startService();
    const chats = new HeldAnswers(ollama, "/api/chat");
    for (const fail of [
      (held: HeldAnswer) => held.crash(),
      (held: HeldAnswer) => {
        held.response.writeHead(200).end();
      },
      (held: HeldAnswer) => held.line({ error: "no memory" }),
    ]) {
      const asked = gateway.post(dialect.path, BODY);
      fail(await chats.next());
      const error = { status: 503, code: "upstream_unavailable", more: { retry_after: 2 } };
      const answer = await asked;
      if (dialect === openai) await expectOpenAIError(answer, { ...error, type: "server_error" });
      else await expectNativeError(answer, { ...error, type: "ConnectionError" });
    }
    await nothingIsHeld({ gateway });
  });

  it("stops the server and frees its place when the client leaves", async () => {
    const { gateway, ollama } = await startService();
    const chats = new HeldAnswers(ollama, "/api/chat");
    const client = new AbortController();
    const asked = gateway.post(dialect.path, BODY, { signal: client.signal });
    const upstream = await chats.next();
    upstream.piece("one");
    await new EventReader(await asked).next();
    client.abort();
    await upstream.sawCancel();
    await nothingIsHeld({ gateway });
    const next = gateway.post(dialect.path, BODY);
    (await chats.next()).finish();
    expect(await eventsOf(await next)).not.toHaveLength(0);
  });
});

describe("a client that does not read its stream", () => {
  it.each([native.path, openai.path])("has no place beyond the hard stop: %s", async (path) => {
    const { gateway, ollama } = await startService({ QUEUE_CHAT_DEFAULT_TIMEOUT: "1" });
    const chats = new HeldAnswers(ollama, "/api/chat");
    const client = await connectPlain(gateway.url);
    client.stopReading();
    const body = JSON.stringify(BODY);
    const head = [`Content-Length: ${body.length}`];
    client.send(requestHead(`POST ${path} HTTP/1.1`, head) + body);
    const upstream = await chats.next();
    // More than the buffers on the way can take.
    const piece = "x".repeat(1_000_000);
    for (let i = 0; i < 30; i += 1) upstream.piece(piece);
    await upstream.sawCancel();
    await until(() => gateway.service.load().text === 0, "its place is free");
    const next = gateway.post("/api/v1/chat", { ...BODY, stream: false });
    (await chats.next()).finish();
    expect((await next).status).toBe(200);
    client.leave();
    await nothingIsHeld({ gateway });
  });
});

describe("a whole answer", () => {
  it("is 503 when the server breaks it off or sends something else", async () => {
    const { gateway, ollama } = await startService();
    const chats = new HeldAnswers(ollama, "/api/chat");
    for (const fail of [
      (held: HeldAnswer) => {
        held.send('{"message":');
        setImmediate(() => held.crash());
      },
      (held: HeldAnswer) => {
        held.send('{"message":');
        held.response.end();
      },
      (held: HeldAnswer) => void held.response.end('"text"'),
    ]) {
      const asked = gateway.post("/api/v1/chat", { ...BODY, stream: false });
      fail(await chats.next());
      await expectNativeError(await asked, {
        status: 503,
        code: "upstream_unavailable",
        type: "ConnectionError",
        more: { retry_after: 2 },
      });
    }
    await nothingIsHeld({ gateway });
  });

  it("stops the server when the client leaves while it thinks", async () => {
    const { gateway, ollama } = await startService();
    const chats = new HeldAnswers(ollama, "/api/chat");
    const client = new AbortController();
    const body = { ...BODY, stream: false };
    const asked = gateway.post("/api/v1/chat", body, { signal: client.signal });
    const upstream = await chats.next();
    client.abort();
    await expect(asked).rejects.toThrow();
    await upstream.sawCancel();
    await nothingIsHeld({ gateway });
  });
});
