import { createHash, randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { isAllowed } from "../support/allowed-differences.ts";
import { chunkBytes, LAST_CHUNK, type Header } from "../support/http-wire.ts";
import { jsonRequest } from "../support/raw-client.ts";
import { expectSameAnswer, expectSameRequest, nothingIsHeld } from "../support/through-gateway.ts";
import { ollamaHeaders, openLine } from "../support/through-gateway.ts";

const CHUNKED: Header = ["Transfer-Encoding", "chunked"];
const NDJSON: Header[] = [...ollamaHeaders("application/x-ndjson"), CHUNKED];
const SSE: Header[] = [...ollamaHeaders("text/event-stream"), CHUNKED];

describe("a streamed answer", () => {
  it.each([
    ["/api/generate", NDJSON, ['{"response":"a"}\n', '{"response":"b"}\n', '{"done":true}\n']],
    ["/api/chat", NDJSON, ['{"message":{"con', 'tent":"a"}}\n{"mess', 'age":{}}\n']],
    ["/v1/chat/completions", SSE, ['data: {"a":1}\n\n', "data: [DO", "NE]\n\n"]],
    ["/api/pull", NDJSON, ['{"status":"pulling manifest"}\n', '{"status":"success"}\n']],
  ])("reaches the client chunk by chunk: %s", async (target, headers, chunks) => {
    const line = await openLine();
    const answer = line.client.ask(jsonRequest(target, { model: "fake" }));
    const received = await line.upstream.next();
    received.sendHead("200 OK", headers);
    let text = "";
    for (const chunk of chunks) {
      received.sendChunk(chunk);
      text += chunk;
      await answer.has(text);
    }
    expect(answer.ending).toBeUndefined();
    received.send(LAST_CHUNK);
    expect(await answer.ended()).toBe("complete");
    expect(answer.chunks.map(String)).toEqual(chunks);
    expectSameAnswer({ status: "200 OK", headers }, answer);
    expect(answer.header("x-accel-buffering")).toBe("no");
    await nothingIsHeld(line);
  });

  it("shows its head before there is a first chunk", async () => {
    const { client, upstream } = await openLine();
    const answer = client.ask(jsonRequest("/api/chat", { model: "fake" }));
    const received = await upstream.next();
    received.sendHead("200 OK", NDJSON);
    if (!isAllowed("head with the first chunk")) await answer.begun();
    received.send(LAST_CHUNK);
    expect(await answer.ended()).toBe("complete");
    expect(answer.text).toBe("");
  });

  it("carries its trailers, where the runtime knows them", async () => {
    const { client, upstream } = await openLine();
    const answer = client.ask({ method: "GET", target: "/api/tags" });
    const received = await upstream.next();
    const headers: Header[] = [...NDJSON, ["Trailer", "X-Checksum"]];
    received.sendHead("200 OK", headers);
    received.sendChunk("abc");
    await answer.has("abc");
    received.send("0\r\nX-Checksum: 1a2b\r\n\r\n");
    expect(await answer.ended()).toBe("complete");
    const trailers: Header[] = [["X-Checksum", "1a2b"]];
    expectSameAnswer({ status: "200 OK", headers, trailers }, answer);
    expect(answer.trailers).toEqual(isAllowed("answer trailers dropped") ? [] : trailers);
  });

  it("without a framing of its own ends when the upstream closes", async () => {
    const { client, upstream } = await openLine();
    const answer = client.ask({ method: "GET", target: "/api/tags" });
    const received = await upstream.next();
    received.sendHead("200 OK", [...ollamaHeaders("text/plain"), ["Connection", "close"]]);
    received.send("abc");
    await answer.has("abc");
    received.close();
    expect(await answer.ended()).toBe("complete");
    expect(answer.text).toBe("abc");
  });

  it("of many megabytes comes whole and in order", async () => {
    const line = await openLine();
    const body = randomBytes(20_000_000);
    const length: Header = ["Content-Length", String(body.length)];
    const answer = line.client.ask({ method: "GET", target: "/api/blobs/sha256:00" });
    const headers = [...ollamaHeaders("application/octet-stream"), length];
    const received = await line.upstream.next();
    received.sendHead("200 OK", headers);
    received.send(body.subarray(0, 100_000));
    await answer.begun();
    received.send(body.subarray(100_000));
    expect(await answer.ended()).toBe("complete");
    expectSameAnswer({ status: "200 OK", headers }, answer);
    expect(sha256(answer.body)).toBe(sha256(body));
    await nothingIsHeld(line);
  });
});

describe("an upload", () => {
  it.each(["length", "chunked"])("of a blob streams through (%s)", async (framing) => {
    const line = await openLine();
    const parts = [randomBytes(200_000), randomBytes(3_000_000)] as const;
    const encode = (part: Buffer): Buffer => (framing === "chunked" ? chunkBytes(part) : part);
    const request = {
      method: "POST",
      target: "/api/blobs/sha256:00",
      headers: [framing === "chunked" ? CHUNKED : (["Content-Length", "3200000"] as Header)],
    };
    const answer = line.client.ask(request);
    line.client.send(encode(parts[0]));
    const received = await line.upstream.next();
    await received.has(parts[0].length);
    line.client.send(encode(parts[1]));
    if (framing === "chunked") line.client.send(LAST_CHUNK);
    await received.whole();
    expectSameRequest(request, received);
    expect(sha256(received.body)).toBe(sha256(Buffer.concat(parts)));
    received.answer("201 Created", ollamaHeaders("text/plain"));
    expect(await answer.ended()).toBe("complete");
    expect(answer.status).toBe(201);
    await nothingIsHeld(line);
  });

  it("keeps its length, so that the server can tell a cut one from a whole one", async () => {
    const { client, upstream } = await openLine();
    const headers: Header[] = [["Content-Length", "400000"]];
    const body = randomBytes(400_000);
    const answer = client.ask({ method: "POST", target: "/api/blobs/sha256:00", headers, body });
    const received = await upstream.next();
    await received.whole();
    if (!isAllowed("uploads in chunks")) expect(received.header("content-length")).toBe("400000");
    received.answer("201 Created", []);
    expect(await answer.ended()).toBe("complete");
  });

  it("that the server answers early gets that answer", async () => {
    const line = await openLine();
    const headers: Header[] = [["Content-Length", "3000000"]];
    const answer = line.client.ask({ method: "POST", target: "/api/blobs/x", headers });
    line.client.send(randomBytes(100_000));
    const received = await line.upstream.next();
    await received.has(100_000);
    const error = '{"error":"invalid digest format"}';
    received.answer("400 Bad Request", ollamaHeaders("application/json"), error);
    await answer.has(error);
    expect(answer.status).toBe(400);
    line.client.leave();
    await nothingIsHeld(line);
  });

  it("that the server answers early, and ends, leaves the client a working connection", async () => {
    const { client, upstream } = await openLine();
    const request = { method: "POST", target: "/api/blobs/x", headers: [CHUNKED] };
    const answer = client.ask(request);
    const part = chunkBytes(randomBytes(32_768));
    client.send(part);
    const received = await upstream.next();
    await received.has(32_768);
    received.answer("200 OK", [["Connection", "close"]]);
    received.close();
    await answer.begun();
    for (let i = 0; i < 50; i += 1) client.send(part);
    client.send(LAST_CHUNK);
    const next = client.ask({ method: "GET", target: "/api/tags" });
    (await upstream.next()).answer("200 OK", [], "{}");
    expect(await next.ended()).toBe("complete");
    expect([answer.status, next.text]).toEqual([200, "{}"]);
  });
});

function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
