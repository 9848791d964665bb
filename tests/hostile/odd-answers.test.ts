import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { onBun } from "../../src/runtime/on-bun.ts";
import type { FakeOllama } from "../support/fake-ollama.ts";
import { connectRaw, jsonRequest } from "../support/raw-client.ts";
import { expectNativeError, startService } from "../support/service.ts";
import { nothingIsHeld, openLine } from "../support/through-gateway.ts";

/** What a client is to get; several where the runtimes read HTTP more or less strictly. */
interface Odd {
  /** The answer's bytes, one character a byte. */
  bytes: string;
  status: number[];
  body?: string;
  method?: string;
  /** The server closes the connection after them. */
  closes?: boolean;
}

const OK = "HTTP/1.1 200 OK\r\n";
const HI = "Content-Length: 2\r\n\r\nhi";
const manyKilobytes = Array.from({ length: 60 }, (_, i) => `X-${i}: ${"v".repeat(1000)}\r\n`);

const ODD: Record<string, Odd> = {
  // Bun's fetch refuses it.
  "control bytes in the reason phrase": {
    bytes: `HTTP/1.1 200 O\x01K\r\n${HI}`,
    status: [200, 503],
  },
  "bytes beyond ASCII in the reason phrase": {
    bytes: `HTTP/1.1 200 \xe9t\xe9 \xff\r\n${HI}`,
    status: [200],
    body: "hi",
  },
  "no reason phrase": { bytes: `HTTP/1.1 200\r\n${HI}`, status: [200], body: "hi" },
  "control bytes in a header": { bytes: `${OK}X-A: a\x01b\r\n${HI}`, status: [503] },
  "bytes beyond ASCII in a header": { bytes: `${OK}X-A: \xe9\xff\r\n${HI}`, status: [200] },
  "60 KB of headers": { bytes: `${OK}${manyKilobytes.join("")}${HI}`, status: [200], body: "hi" },
  "a header of 60 KB": {
    bytes: `${OK}X-A: ${"v".repeat(60_000)}\r\n${HI}`,
    status: [200],
    body: "hi",
  },
  "an early hint first": {
    bytes: `HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${OK}${HI}`,
    status: [200],
    body: "hi",
  },
  // undici refuses it.
  "a 100 that nobody waits for": {
    bytes: `HTTP/1.1 100 Continue\r\n\r\n${OK}${HI}`,
    status: [200, 503],
  },
  "another protocol": {
    bytes: "HTTP/1.1 101 Switching\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n",
    status: [503],
  },
  "two lengths": { bytes: `${OK}Content-Length: 3\r\n${HI}`, status: [503] },
  "a length and chunks": {
    bytes: `${OK}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n`,
    status: [200, 503],
  },
  "a length that is none": { bytes: `${OK}Content-Length: x\r\n\r\nhi`, status: [503] },
  "HTTP/1.0": { bytes: "HTTP/1.0 200 OK\r\n\r\nhi", status: [200], body: "hi", closes: true },
  "204 without a body": { bytes: "HTTP/1.1 204 No Content\r\nX-A: b\r\n\r\n", status: [204] },
  "304 with the length of what it does not carry": {
    bytes: "HTTP/1.1 304 Not Modified\r\nETag: x\r\nContent-Length: 7\r\n\r\n",
    status: [304],
  },
  "HEAD with a length": {
    bytes: `${OK}Content-Length: 1000\r\n\r\n`,
    status: [200],
    method: "HEAD",
  },
  "HEAD without one": { bytes: `${OK}X-A: b\r\n\r\n`, status: [200], method: "HEAD" },
  "trailers announced where there can be none": {
    bytes: `${OK}Trailer: X-T\r\n${HI}`,
    status: [200],
    body: "hi",
  },
  "trailers announced for 204": {
    bytes: "HTTP/1.1 204 No Content\r\nTrailer: X-T\r\n\r\n",
    status: [204],
  },
  "trailers announced for HEAD": {
    bytes: `${OK}Trailer: X-T\r\n\r\n`,
    status: [200],
    method: "HEAD",
  },
  // Node passes it on, Bun's Response cannot be made with it.
  "a status that is none": { bytes: `HTTP/1.1 999 X\r\n${HI}`, status: [999, 503] },
  "status 000": { bytes: `HTTP/1.1 000 X\r\n${HI}`, status: [503] },
  "a header without a name": { bytes: `${OK}: b\r\n${HI}`, status: [200, 503] },
  "a folded header": { bytes: `${OK}X-A: a\r\n b\r\n${HI}`, status: [200, 503] },
};

describe("an answer with", () => {
  it.each(Object.keys(ODD))(
    "%s reaches the client or is told, and leaves nothing",
    async (name) => {
      const { bytes, status, body, method = "GET", closes = false } = ODD[name] as Odd;
      const line = await openLine();
      const answer = line.client.ask({ method, target: "/api/tags" });
      const received = await line.upstream.next();
      received.send(Buffer.from(bytes, "latin1"));
      if (closes) received.close();
      expect(await answer.ended()).toBe("complete");
      expect(status).toContain(answer.status);
      if (answer.status === 503) {
        expect(JSON.parse(answer.text)).toMatchObject({ code: "upstream_unavailable" });
      } else if (body !== undefined) expect(answer.text).toBe(body);
      await nothingIsHeld(line);
      // The client's connection is as good as before.
      const next = line.client.ask({ method: "GET", target: "/api/tags" });
      (await line.upstream.next()).answer("200 OK", [], "{}");
      expect(await next.ended()).toBe("complete");
      expect(next.text).toBe("{}");
    },
  );

  it("the usual words in place of those that cannot be sent on", async () => {
    const line = await openLine();
    const answer = line.client.ask({ method: "GET", target: "/api/tags" });
    const received = await line.upstream.next();
    received.send(Buffer.from(`HTTP/1.1 404 N\xe9\r\n${HI}`, "latin1"));
    await answer.ended();
    expect(answer.head?.startLine).toBe("HTTP/1.1 404 Not Found");
  });

  it("trailers announced to a client of HTTP/1.0", async () => {
    const line = await openLine();
    const client = await connectRaw(line.gateway.url);
    const answer = client.ask({ method: "GET", target: "/api/tags", version: "1.0" });
    const received = await line.upstream.next();
    received.sendHead("200 OK", [
      ["Trailer", "X-T"],
      ["Transfer-Encoding", "chunked"],
    ]);
    received.send("2\r\nhi\r\n0\r\nX-T: 1\r\n\r\n");
    expect(await answer.ended()).toBe("complete");
    expect([answer.status, answer.text]).toEqual([200, "hi"]);
  });
});

const ENCODINGS: Record<string, (text: string) => Buffer> = {
  gzip: gzipSync,
  deflate: deflateSync,
  br: brotliCompressSync,
};

/** The fake compresses what it answers on a path, although nobody asks for it. */
function compress(ollama: FakeOllama, path: string, encoding: string, value: object): Buffer {
  const body = ENCODINGS[encoding]?.(JSON.stringify(value)) ?? Buffer.from("?");
  ollama.script(path, (_request, response) => {
    response.writeHead(200, {
      "Content-Type": "application/json; charset=utf-8",
      "Content-Encoding": encoding,
      "Content-Length": body.length,
    });
    response.end(body);
  });
  return body;
}

const BLUE = [{ role: "user", content: "Why is the sky blue?" }];
const SAID = {
  model: "fake",
  message: { role: "assistant", content: "It scatters." },
  done: true,
  done_reason: "stop",
};

describe.each(Object.keys(ENCODINGS))("an answer compressed unasked (%s)", (encoding) => {
  it("is passed through with its bytes and the name of its encoding", async () => {
    const { gateway, ollama } = await startService();
    const sent = compress(ollama, "/api/chat", encoding, SAID);
    const client = await connectRaw(gateway.url);
    const body = { model: "fake", messages: BLUE, stream: false };
    const answer = client.ask(jsonRequest("/api/chat", body));
    expect(await answer.ended()).toBe("complete");
    expect(answer.header("content-encoding")).toBe(encoding);
    expect(answer.body.equals(sent)).toBe(true);
  });

  it("is decoded where it is read, and kept so", async () => {
    const { gateway, ollama } = await startService({ RESPONSE_CACHE_ENABLED: "true" });
    compress(ollama, "/api/chat", encoding, SAID);
    const headers = { "x-shared-ollama-cache": "exact" };
    for (const state of ["MISS", "HIT-EXACT"]) {
      const body = { model: "fake", messages: BLUE, stream: false };
      const answer = await gateway.post("/api/chat", body, { headers });
      expect(answer.headers.get("x-cache")).toBe(state);
      expect(answer.headers.get("content-encoding")).toBeNull();
      expect(await answer.json()).toEqual(SAID);
    }
    // A question of its own: the answers above are kept.
    const messages = [{ role: "user", content: "And at night?" }];
    const own = await gateway.post("/api/v1/chat", { model: "fake", messages });
    expect(own.status).toBe(200);
    expect(await own.text()).toContain("It scatters.");
  });

  it("is decoded in the service's own calls", async () => {
    const { gateway, ollama } = await startService();
    const expires_at = "2099-01-01T00:00:00Z";
    const figures = { size: 1, size_vram: 0, digest: "0", details: {}, expires_at };
    const models = [{ name: "packed:latest", model: "packed:latest", ...figures }];
    compress(ollama, "/api/ps", encoding, { models });
    const answer = await gateway.get("/api/v1/models/ps");
    expect(await answer.json()).toMatchObject({ models: [{ name: "packed:latest" }] });
  });
});

describe("an answer in an encoding that is unknown", () => {
  it("or broken is told on the service's own routes", async () => {
    const { gateway, ollama } = await startService();
    for (const encoding of ["zstd2", "gzip"]) {
      ollama.script("/api/chat", (_request, response) => {
        response.writeHead(200, { "Content-Encoding": encoding });
        response.end("not what it says");
      });
      await expectNativeError(
        await gateway.post("/api/v1/chat", { model: "fake", messages: BLUE }),
        {
          status: 503,
          code: "upstream_unavailable",
          type: "ConnectionError",
          more: { retry_after: 2 },
        },
      );
      await nothingIsHeld({ gateway });
    }
  });
});

it("of a page instead of JSON is told by its status", async () => {
  const { gateway, ollama } = await startService();
  for (const status of [200, 502]) {
    ollama.script("/api/ps", (_request, response) => {
      response.writeHead(status, { "Content-Type": "text/html" });
      response.end("<h1>Bad Gateway</h1>");
    });
    await expectNativeError(await gateway.get("/api/v1/models/ps"), {
      status: 503,
      code: "upstream_unavailable",
      type: "ConnectionError",
      says: status === 200 ? "not JSON" : "status 502",
      more: { retry_after: 2 },
    });
  }
});

(onBun ? () => {} : it)("beyond 64 KiB of headers is told", async () => {
  const line = await openLine();
  const answer = line.client.ask({ method: "GET", target: "/api/tags" });
  const received = await line.upstream.next();
  received.send(`${OK}${`X-A: ${"v".repeat(1000)}\r\n`.repeat(100)}${HI}`);
  expect(await answer.ended()).toBe("complete");
  expect(answer.status).toBe(503);
});
