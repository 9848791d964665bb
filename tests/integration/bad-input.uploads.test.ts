import { describe, expect, it } from "vitest";
import { until } from "../support/deadline.ts";
import { DIALECTS } from "../support/dialect-errors.ts";
import { HeldAnswers } from "../support/held-answers.ts";
import { connectPlain, requestHead, type PlainSocket } from "../support/plain-socket.ts";
import { startService } from "../support/service.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";

const LIMIT = 65_536;
const LIMITS = {
  MAX_BODY_BYTES: String(LIMIT),
  VLM_MAX_BODY_BYTES: String(LIMIT),
  PROXY_MAX_BODY_BYTES: String(LIMIT),
};
const PATHS = [...DIALECTS.map(({ path }) => path), "/api/v1/embeddings", "/api/pull"];
const PIECE = "x".repeat(16_384);

/** What a 413 says beside its text, wherever its dialect puts it. */
function limitsIn(body: string): { limit_bytes: number; actual_bytes: number; code: string } {
  const said = JSON.parse(body) as Record<string, unknown>;
  return (typeof said["error"] === "object" ? said["error"] : said) as never;
}

function postHead(path: string, framing: string): string {
  return requestHead(`POST ${path} HTTP/1.1`, [framing, "Content-Type: application/json"]);
}

/** Sends a body in chunks, without a word of its length. */
async function uploadInChunks(client: PlainSocket, bytes: number): Promise<void> {
  for (let sent = 0; sent < bytes; sent += PIECE.length) {
    client.send(`${PIECE.length.toString(16)}\r\n${PIECE}\r\n`);
    await client.drained();
    await new Promise(setImmediate);
  }
  client.send("0\r\n\r\n");
}

describe.each(PATHS)("an upload to %s that is too large", (path) => {
  it("is refused by its declared length, once it has come", async () => {
    const { gateway } = await startService(LIMITS);
    const client = await connectPlain(gateway.url);
    client.send(postHead(path, `Content-Length: ${LIMIT + 1}`));
    await until(() => gateway.service.load().discards === 1, "nobody wants the body");
    expect(gateway.service.load().bodies).toBe(0);
    expect(client.received).toBe("");
    client.send("x".repeat(LIMIT + 1));
    const { status, body } = await client.answer();
    expect(status).toBe(413);
    expect(limitsIn(body)).toMatchObject({
      code: "request_too_large",
      limit_bytes: LIMIT,
      actual_bytes: LIMIT + 1,
    });
    await nothingIsHeld({ gateway });
  });

  it("is refused at the limit when it has no length", async () => {
    const { gateway } = await startService(LIMITS);
    const client = await connectPlain(gateway.url);
    client.send(postHead(path, "Transfer-Encoding: chunked"));
    await uploadInChunks(client, 64 * LIMIT);
    const { status, body } = await client.answer();
    expect(status).toBe(413);
    const { code, limit_bytes: limit, actual_bytes: actual } = limitsIn(body);
    expect({ code, limit }).toEqual({ code: "request_too_large", limit: LIMIT });
    expect(actual).toBeGreaterThan(LIMIT);
    // It was seen with the read that went over, not when all had come.
    expect(actual).toBeLessThan(2 * LIMIT + 65_536);
    await nothingIsHeld({ gateway });
    client.send(requestHead("GET /api/v1/ready HTTP/1.1"));
    expect((await client.answer()).status).toBe(200);
  });
});

describe("a connection whose upload was too large", () => {
  it("serves the next request once the body has ended", async () => {
    const { gateway } = await startService(LIMITS);
    for (const path of ["/api/v1/chat", "/api/chat"]) {
      const client = await connectPlain(gateway.url);
      client.send(postHead(path, `Content-Length: ${LIMIT + 1}`) + "x".repeat(LIMIT + 1));
      expect((await client.answer()).status).toBe(413);
      client.send(requestHead("GET /api/v1/ready HTTP/1.1"));
      expect(await client.answer()).toEqual({ status: 200, body: '{"status":"ready"}' });
    }
  });

  it("is closed when the upload does not end", async () => {
    const { gateway } = await startService({ ...LIMITS, REFUSED_BODY_TIMEOUT: "0.2" });
    const client = await connectPlain(gateway.url);
    const chunk = `${(LIMIT + 1).toString(16)}\r\n${"x".repeat(LIMIT + 1)}\r\n`;
    client.send(postHead("/api/v1/chat", "Transfer-Encoding: chunked") + chunk);
    expect((await client.answer()).status).toBe(413);
    await client.closed();
  });

  it("takes a body of just the limit", async () => {
    const { gateway } = await startService(LIMITS);
    const start = '{"model":"fake","prompt":"';
    const body = `${start}${"x".repeat(LIMIT - start.length - 2)}"}`;
    const answer = await gateway.post("/api/v1/generate", body);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: "prompt_too_large" });
  });
});

describe.each(PATHS)("an upload to %s that stops", (path) => {
  it("is given up with 408 after UPLOAD_STALL_TIMEOUT", async () => {
    const { gateway, ollama } = await startService({ UPLOAD_STALL_TIMEOUT: "1" });
    const framings = ["Content-Length: 300", "Transfer-Encoding: chunked"];
    const stalled = framings.map(async (framing) => {
      const client = await connectPlain(gateway.url);
      client.send(postHead(path, framing) + (framing.endsWith("chunked") ? "1\r\n{\r\n" : "{"));
      const { status, body } = await client.answer();
      expect(status).toBe(408);
      expect(limitsIn(body)).toMatchObject({ code: "upload_stalled" });
    });
    await Promise.all(stalled);
    await nothingIsHeld({ gateway });
    expect(ollama.to(path)).toEqual([]);
  });

  it("leaves nothing when the client goes, by a reset or by closing its side", async () => {
    const { gateway, ollama } = await startService();
    for (const go of [(c: PlainSocket) => c.leave(), (c: PlainSocket) => c.finish()]) {
      const client = await connectPlain(gateway.url);
      client.send(`${postHead(path, "Content-Length: 300")}{"model":`);
      await until(() => gateway.service.load().active === 1, "the request has begun");
      go(client);
      await nothingIsHeld({ gateway });
      await client.closed();
    }
    expect(ollama.to(path)).toEqual([]);
  });
});

describe("a slow upload", () => {
  it("is read to its end as long as something comes", async () => {
    const { gateway } = await startService({ UPLOAD_STALL_TIMEOUT: "1" });
    const client = await connectPlain(gateway.url);
    client.send(postHead("/api/v1/generate", "Transfer-Encoding: chunked"));
    for (const byte of '{"model":"fake","prompt":"hello there"}') {
      client.send(`1\r\n${byte}\r\n`);
      // Together longer than the limit, each pause far below it.
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
    client.send("0\r\n\r\n");
    expect((await client.answer()).status).toBe(200);
  });
});

describe("a client that closes its side after the request", () => {
  it("has left, as with Ollama: the server is stopped and the place is free", async () => {
    const { gateway, ollama } = await startService();
    const chats = new HeldAnswers(ollama, "/api/chat");
    const body = '{"model":"fake","messages":[{"role":"user","content":"hi"}]}';
    for (const { path } of DIALECTS.filter(({ path: p }) => !p.startsWith("/v1/"))) {
      const client = await connectPlain(gateway.url);
      client.send(postHead(path, `Content-Length: ${body.length}`) + body);
      const upstream = await chats.next();
      client.finish();
      await upstream.sawCancel();
      await nothingIsHeld({ gateway });
    }
  });

  it("still gets what can be answered at once", async () => {
    const { gateway } = await startService();
    const client = await connectPlain(gateway.url);
    client.send(requestHead("GET /api/v1/ready HTTP/1.1"));
    client.finish();
    expect((await client.answer()).status).toBe(200);
    await client.closed();
  });
});
