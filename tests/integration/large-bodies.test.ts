import { describe, expect, it } from "vitest";
import { chunkBytes, LAST_CHUNK } from "../support/http-wire.ts";
import { connectPlain, requestHead } from "../support/plain-socket.ts";
import { startService } from "../support/service.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";

const MIB = 1_048_576;

/** A chat whose text has no two parts alike. */
function chatOf(bytes: number): Buffer {
  const numbers = Array.from({ length: bytes / 8 }, (_, i) => String(i).padStart(8, "0")).join("");
  return Buffer.from(`{"model":"fake","messages":[{"role":"user","content":"${numbers}"}]}`);
}

/** Above 64 KiB a body is gathered in blocks, above 8 MiB it is joined on a thread. */
describe.each([100_000, MIB, 8 * MIB, 12 * MIB])("a body of %i bytes", (bytes) => {
  it.each(["a length", "chunks"])("arrives as it was sent, with %s", async (framing) => {
    const { gateway, ollama } = await startService();
    const body = chatOf(bytes);
    const client = await connectPlain(gateway.url);
    const isChunked = framing === "chunks";
    const header = isChunked ? "Transfer-Encoding: chunked" : `Content-Length: ${body.length}`;
    client.send(requestHead("POST /api/chat HTTP/1.1", [header]));
    for (let at = 0; at < body.length; at += 70_000) {
      const part = body.subarray(at, at + 70_000);
      client.send(isChunked ? chunkBytes(part) : part);
    }
    if (isChunked) client.send(LAST_CHUNK);
    expect((await client.answer()).status).toBe(200);
    const [received] = ollama.to("/api/chat");
    expect(received?.body.equals(body)).toBe(true);
    const { rawHeaders = [] } = received ?? {};
    const at = rawHeaders.findIndex((name) => name.toLowerCase() === "content-length");
    expect(rawHeaders[at + 1]).toBe(String(body.length));
    await nothingIsHeld({ gateway });
  });
});
