import { describe, expect, it } from "vitest";
import { onBun } from "../../src/runtime/on-bun.ts";
import { until } from "../support/deadline.ts";
import { connectPlain, requestHead } from "../support/plain-socket.ts";
import { startService } from "../support/service.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";

function post(path: string, body: object): string {
  const text = JSON.stringify(body);
  return requestHead(`POST ${path} HTTP/1.1`, [`Content-Length: ${text.length}`]) + text;
}

const HELD = post("/api/embed", { model: "fake", input: "hi" });
const PATHS = ["/api/chat", "/api/v1/chat"];
const chat = (path: string): string =>
  post(path, { model: "fake", messages: [{ role: "user", content: "hi" }], stream: true });

/** A first request that is not answered before it is let go, and room beside it. */
async function setUp() {
  const service = await startService({ UPSTREAM_PARALLEL: "4" });
  const held: (() => void)[] = [];
  service.ollama.script("/api/embed", (_request, response) => {
    held.push(() => void response.end("first"));
  });
  const client = await connectPlain(service.gateway.url);
  return { ...service, client, held };
}

// Bun's server closes the connection of a client that does so.
const onNodeOnly = onBun ? () => {} : describe;
const onBunOnly = onBun ? describe : () => {};

onBunOnly("a client that sends a request ahead of the answer before it", () => {
  it.each(PATHS)("leaves nothing behind, whether it is answered or cut off: %s", async (path) => {
    const { client, held, gateway } = await setUp();
    client.send(HELD + chat(path));
    await until(() => held.length === 1 || client.ended, "the first request, or the end");
    client.leave();
    await nothingIsHeld({ gateway });
    expect((await gateway.get("/api/version")).status).toBe(200);
  });
});

onNodeOnly("a request sent ahead of the answer before it", () => {
  it.each(PATHS)("is answered in its turn, whole: %s", async (path) => {
    const { client, held, ollama } = await setUp();
    client.send(HELD + chat(path) + requestHead("GET /api/version HTTP/1.1"));
    await until(() => held.length === 1 && ollama.to("/api/chat").length === 1, "both requests");
    await until(() => ollama.to("/api/chat")[0]?.endedAt !== undefined, "the second's end");
    expect(client.received).toBe("");
    held[0]?.();
    await until(() => client.received.includes('{"version"'), "the last answer");
    const [, first, second] = client.received.split("HTTP/1.1 200 OK");
    expect(first).toMatch(/\r\n\r\nfirst$/);
    expect(second).toMatch(/\r\n\r\n[\da-f]+\r\n[^]*"done":true[^]*\r\n0\r\n\r\n$/);
  });

  it.each(PATHS)("holds nothing once its client has left: %s", async (path) => {
    const { client, held, ollama, gateway } = await setUp();
    // It never ends.
    ollama.script("/api/chat", (_request, response) => {
      response.writeHead(200, { "content-type": "application/x-ndjson" });
      response.write('{"message":{"content":"a"}}\n');
    });
    client.send(HELD + chat(path).repeat(12));
    await until(() => held.length === 1 && ollama.to("/api/chat").length >= 3, "the requests");
    client.leave();
    await ollama.sawCancel("/api/chat");
    await nothingIsHeld({ gateway });
  });

  it("breaks the connection in its turn where its answer breaks off", async () => {
    const { client, held, ollama } = await setUp();
    ollama.script("/api/chat", (_request, response) => {
      response.writeHead(200, { "content-type": "application/x-ndjson" });
      response.write('{"message":{"content":"a"}}\n', () => response.destroy());
    });
    client.send(HELD + chat("/api/chat"));
    await until(() => held.length === 1 && ollama.to("/api/chat")[0]?.cancelled === true, "both");
    held[0]?.();
    await client.closed();
    expect(client.received).toContain("\r\n\r\nfirst");
    expect(client.received).not.toContain("\r\n0\r\n\r\n");
  });
});
