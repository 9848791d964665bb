import { connect, type Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { createExchange } from "../../src/http/http.ts";
import { listen } from "../../src/http/listen.ts";
import { onBun } from "../../src/runtime/on-bun.ts";
import { StallWatch } from "../../src/runtime/stall-watch.ts";
import { UploadWatch } from "../../src/http/upload-watch.ts";
import { until } from "../support/deadline.ts";
import type { FakeOllama } from "../support/fake-ollama.ts";
import { HeldAnswers } from "../support/held-answers.ts";
import { connectPlain, requestHead, type PlainSocket } from "../support/plain-socket.ts";
import { startService } from "../support/service.ts";
import { serviceLog } from "../support/gateway.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";

const HEAD = requestHead("GET / HTTP/1.1");

/** A port with limits that a test can wait for; its answers are short. */
async function openPort(limits: { headMs: number; idleMs: number }) {
  const watches = {
    uploads: new UploadWatch({ stallMs: 60_000 }),
    downloads: new StallWatch({ stallMs: 60_000 }),
  };
  const port = await listen({
    host: "127.0.0.1",
    port: 0,
    handler: async (request, env) => {
      const exchange = createExchange(request, env, watches);
      exchange.restoreIdleTimeout();
      return new Response("hi");
    },
    badRequest: (reason) => new Response(reason, { status: 400 }),
    downloads: watches.downloads,
    limits,
  });
  onTestFinished(() => port.close());
  return `http://127.0.0.1:${port.port}`;
}

/** Writes a head a byte at a time, without end, until the port has had enough. */
function drip(client: PlainSocket, everyMs: number): void {
  client.send("GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ");
  const timer = setInterval(
    () => (client.ended ? clearInterval(timer) : client.send("x")),
    everyMs,
  );
  onTestFinished(() => clearInterval(timer));
}

/** Bun gives a connection 10 s for its first head, and looks every 4 s; nothing changes that. */
const CLOSED_MS = 30_000;

describe("a port", () => {
  it("closes connections that send no head or drip one, and answers the others", async () => {
    const url = await openPort({ headMs: 600, idleMs: 1000 });
    const slow = await Promise.all(Array.from({ length: 40 }, () => connectPlain(url)));
    for (const client of slow.slice(20)) drip(client, 50);
    const good = await connectPlain(url);
    good.send(HEAD);
    expect((await good.answer()).status).toBe(200);
    const allEnded = (): boolean => slow.every(({ ended }) => ended);
    await until(allEnded, "the port closes the slow connections", CLOSED_MS);
    const next = await connectPlain(url);
    next.send(HEAD);
    expect((await next.answer()).status).toBe(200);
  }, 45_000);

  it("closes connections at rest, and those that drip their next head", async () => {
    const url = await openPort({ headMs: 600, idleMs: 1000 });
    const [resting, dripping] = [await connectPlain(url), await connectPlain(url)];
    for (const client of [resting, dripping]) {
      client.send(HEAD);
      expect((await client.answer()).status).toBe(200);
    }
    drip(dripping, 50);
    await until(() => resting.ended && dripping.ended, "the port closes both", CLOSED_MS);
  }, 45_000);
});

describe("an upload of a blob that stops", () => {
  it.each(["Content-Length: 300000", "Transfer-Encoding: chunked"])(
    "is given up with 408 (%s), and the server is let go of",
    async (framing) => {
      const { gateway, ollama } = await startService({ UPLOAD_STALL_TIMEOUT: "1" });
      const client = await connectPlain(gateway.url);
      const path = `/api/blobs/sha256:${"0".repeat(64)}`;
      client.send(requestHead(`POST ${path} HTTP/1.1`, [framing]));
      client.send(framing.endsWith("chunked") ? "1\r\n{\r\n" : "{");
      await until(() => gateway.service.load().active === 1, "the upload has begun");
      const { status, body } = await client.answer();
      expect([status, JSON.parse(body)]).toMatchObject([408, { code: "upload_stalled" }]);
      await until(() => ollama.to(path).every(({ cancelled }) => cancelled), "no upload upstream");
      await nothingIsHeld({ gateway });
    },
  );
});

/** A client that sends a request and reads nothing of what comes. */
async function connectDeaf(url: string, path: string, body: object, headers: string[] = []) {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  onTestFinished(() => void socket.destroy());
  socket.pause();
  socket.on("error", () => {});
  const text = JSON.stringify(body);
  const framing = ["Content-Type: application/json", `Content-Length: ${text.length}`];
  socket.write(requestHead(`POST ${path} HTTP/1.1`, [...framing, ...headers]) + text);
  return socket;
}

/** Whether what comes next says that the connection is gone. */
function closes(socket: Socket): Promise<void> {
  let isClosed = false;
  socket.on("close", () => (isClosed = true));
  socket.resume();
  return until(() => isClosed, "the connection has been closed");
}

const CHAT = { model: "fake", messages: [{ role: "user", content: "hi" }] };
const WORDS = "x".repeat(262_144);

/** The fake's answers on a path never end: it sends pieces for as long as they are taken. */
function flood(ollama: FakeOllama, path: string): { running: () => number } {
  let running = 0;
  const isEvents = path.startsWith("/v1/");
  const piece = isEvents
    ? { choices: [{ index: 0, delta: { content: WORDS }, finish_reason: null }] }
    : { model: "fake", message: { role: "assistant", content: WORDS }, done: false };
  const json = JSON.stringify(piece);
  const bytes = Buffer.from(isEvents ? `data: ${json}\n\n` : `${json}\n`);
  ollama.script(path, (_request, response) => {
    running += 1;
    response.on("close", () => (running -= 1));
    const type = isEvents ? "text/event-stream" : "application/x-ndjson";
    response.writeHead(200, { "Content-Type": type });
    const pump = (): void => {
      if (!response.closed && response.write(bytes)) setImmediate(pump);
    };
    response.on("drain", pump);
    pump();
  });
  return { running: () => running };
}

/** Tests share the machine with others. */
const SOON_MS = 20_000;

/** Of an answer with an end: more than a system keeps for a client that does not read. */
const PIECES = 80;

const STREAMS: [name: string, path: string, body: object, headers?: string[]][] = [
  ["Ollama's", "/api/chat", CHAT],
  ["OpenAI's", "/v1/chat/completions", { ...CHAT, stream: true }],
  ["a cached one of Ollama's", "/api/chat", CHAT, ["X-Shared-Ollama-Cache: exact"]],
  ["the service's own", "/api/v1/chat", { ...CHAT, stream: true }],
];

describe("a client that does not read", () => {
  it("loses its stream, its place and its connection, whatever stream it is", async () => {
    const lost = STREAMS.map(async ([name, path, body, headers]) => {
      const { gateway, ollama } = await startService({
        DOWNLOAD_STALL_TIMEOUT: "1",
        RESPONSE_CACHE_ENABLED: "true",
        UPSTREAM_PARALLEL: "2",
      });
      const { running } = flood(ollama, path.startsWith("/v1/") ? path : "/api/chat");
      const deaf = await connectDeaf(gateway.url, path, body, headers);
      await until(() => running() > 0, `${name} stream has begun`, SOON_MS);
      await until(() => running() === 0, `${name} stream is let go of`, SOON_MS);
      await nothingIsHeld({ gateway });
      await closes(deaf);
    });
    await Promise.all(lost);
  }, 60_000);

  it("loses its batch, whose items are done", async () => {
    const { gateway } = await startService(
      { DOWNLOAD_STALL_TIMEOUT: "1", UPSTREAM_PARALLEL: "2" },
      { chunks: Array.from({ length: PIECES }, () => WORDS) },
    );
    const body = { requests: [CHAT, CHAT], stream: true };
    const deaf = await connectDeaf(gateway.url, "/api/v1/batch/chat", body);
    await until(() => gateway.service.load().active === 1, "the batch has begun", SOON_MS);
    await until(() => gateway.service.load().active === 0, "the batch is let go of", SOON_MS);
    await nothingIsHeld({ gateway });
    await closes(deaf);
  }, 60_000);

  it("and six of which there are do not shut a model", async () => {
    const { gateway, ollama } = await startService({
      DOWNLOAD_STALL_TIMEOUT: "1",
      UPSTREAM_PARALLEL: "6",
    });
    const { running } = flood(ollama, "/api/chat");
    for (let i = 0; i < 6; i += 1) await connectDeaf(gateway.url, "/api/chat", CHAT);
    await until(() => running() > 0, "their answers are under way", SOON_MS);
    ollama.script("/api/generate", (_request, response) => void response.end('{"done":true}\n'));
    const asked = gateway.post("/api/generate", { model: "fake", prompt: "hi", stream: false });
    expect((await asked).status).toBe(200);
    await until(() => running() === 0, "the server is let go of", SOON_MS);
    await nothingIsHeld({ gateway });
  }, 60_000);
});

describe("a client that reads", () => {
  it("waits three times as long for a silent server, whatever stream it is", async () => {
    const read = STREAMS.map(async ([name, path, body, headers = []]) => {
      const { gateway, ollama } = await startService({
        DOWNLOAD_STALL_TIMEOUT: "1",
        RESPONSE_CACHE_ENABLED: "true",
      });
      const held = new HeldAnswers(ollama, path.startsWith("/v1") ? path : "/api/chat");
      const client = await connectPlain(gateway.url);
      const text = JSON.stringify({ ...body, stream: true });
      const framing = ["Content-Type: application/json", `Content-Length: ${text.length}`];
      client.send(requestHead(`POST ${path} HTTP/1.1`, [...framing, ...headers]) + text);
      const answer = await held.next();
      answer.piece("first");
      await until(() => client.received.includes("first"), `the first piece of ${name}`);
      await new Promise((resolve) => setTimeout(resolve, 3000));
      answer.piece("second");
      await until(() => client.received.includes("second"), `the second piece of ${name}`);
      expect(answer.request.cancelled).toBe(false);
      answer.finish();
      await nothingIsHeld({ gateway });
    });
    await Promise.all(read);
  }, 30_000);

  it("slowly gets its whole answer, however long it takes", async () => {
    const { gateway } = await startService(
      { DOWNLOAD_STALL_TIMEOUT: "2" },
      { chunks: Array.from({ length: PIECES }, () => WORDS) },
    );
    const slow = await connectDeaf(gateway.url, "/api/chat", CHAT);
    let bytes = 0;
    let last = "";
    slow.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      last = (last + chunk.toString("latin1")).slice(-100);
      slow.pause();
      // With 64 KB each it takes longer than the limit.
      setTimeout(() => slow.resume(), 10);
    });
    slow.resume();
    const isWhole = (): boolean => bytes > PIECES * WORDS.length && last.endsWith("0\r\n\r\n");
    await until(isWhole, "all of the answer", 40_000);
    await nothingIsHeld({ gateway });
  }, 60_000);
});

// On Bun what was made whole has as long as a connection at rest: it cannot be told apart.
(onBun ? () => {} : it)(
  "what was made whole waits no longer for a client than a stream does",
  async () => {
    const { gateway } = await startService(
      { DOWNLOAD_STALL_TIMEOUT: "1" },
      { chunks: Array.from({ length: PIECES }, () => WORDS) },
    );
    const deaf = await connectDeaf(gateway.url, "/api/v1/chat", { ...CHAT, stream: false });
    const isLogged = async (): Promise<boolean> =>
      (await serviceLog(gateway)).includes("did not read its answer");
    await until(isLogged, "the log tells of the client", SOON_MS);
    await closes(deaf);
    await nothingIsHeld({ gateway });
  },
);
