import { randomBytes } from "node:crypto";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { isAllowed } from "../support/allowed-differences.ts";
import { until } from "../support/deadline.ts";
import { chunkBytes, LAST_CHUNK, type Header } from "../support/http-wire.ts";
import { jsonRequest, type RawRequest } from "../support/raw-client.ts";
import { expectSameAnswer, expectSameRequest, nothingIsHeld } from "../support/through-gateway.ts";
import { ollamaHeaders, openLine, type Line } from "../support/through-gateway.ts";

const JSON_TYPE = ollamaHeaders("application/json; charset=utf-8");

/** Sends a request through, checks that it arrived as it was sent, and answers it. */
async function passes(line: Line, request: RawRequest): Promise<void> {
  const answer = line.client.ask(request);
  const received = await line.upstream.next();
  await received.whole();
  expectSameRequest(request, received);
  if (typeof request.body === "string") expect(received.body.toString()).toBe(request.body);
  received.answer("200 OK", JSON_TYPE, request.method === "HEAD" ? "" : "{}");
  expect(await answer.ended()).toBe("complete");
  expect(answer.text).toBe(request.method === "HEAD" ? "" : "{}");
}

describe("requests", () => {
  it("pass with their method, whichever it is", async () => {
    const line = await openLine();
    for (const method of ["GET", "HEAD", "DELETE", "PUT", "PATCH", "OPTIONS", "POST"]) {
      await passes(line, { method, target: "/api/something/new" });
    }
    await nothingIsHeld(line);
  });

  it("pass to routes that only newer servers know", async () => {
    const line = await openLine();
    await passes(line, { method: "GET", target: "/api/experimental/model-recommendations" });
    await passes(line, jsonRequest("/v1/responses", { model: "fake", input: "hi" }));
    await passes(line, jsonRequest("/v1/messages", { model: "fake", messages: [] }));
    await passes(line, { method: "DELETE", target: "/v1/responses/resp_1" });
  });

  it.each([
    "/api/show/",
    "/api/tags?",
    "/v1/models/library%2Ffake:latest",
    "/v1/models/d%C3%A9j%C3%A0%20vu",
    "/api/blobs/sha256:0a",
    "/api/x?a=1&a=2&&b=&c",
    "/api/x?q=%26%3D+%20/?#".slice(0, -1),
    '/api/x?json={"a":[1]}',
    "/v1/",
    "/v1",
  ])("pass with the target %s", async (target) => {
    await passes(await openLine(), { method: "GET", target });
  });

  it.each([
    ["//api/tags", "/api/tags"],
    ["/api//tags?a=//b", "/api/tags?a=//b"],
    ["///api/////tags//", "/api/tags/"],
    ["/v1/models/library%2ffake%3alatest", "/v1/models/library%2Ffake:latest"],
    ["/api/%67enerate-not", "/api/generate-not"],
    ["/api/blobs/sha256%3A0a", "/api/blobs/sha256:0a"],
    ["http://elsewhere/api/tags?x", "/api/tags?x"],
    ["https://elsewhere:1", "/"],
  ])("whose path is written %s go on as %s", async (target, forwarded) => {
    const line = await openLine();
    const answer = line.client.ask({ method: "HEAD", target });
    const received = await line.upstream.next();
    expect(received.target).toBe(forwarded);
    received.answer("200 OK", JSON_TYPE);
    expect(await answer.ended()).toBe("complete");
  });

  it("pass with all headers, in their order and case, repeated ones too", async () => {
    const headers: Header[] = [
      ["x-lower", "1"],
      ["X-UPPER", "2"],
      ["x-Lower", "3"],
      ["Cookie", "a=1"],
      ["Authorization", "Bearer secret"],
      ["Cookie", "b=2"],
      ["User-Agent", "ollama/0.13.5 (amd64 linux) Go/go1.24.1"],
      ["Accept", "application/x-ndjson"],
      ["X-Project-Name", "acme"],
      ["X-Forwarded-For", "10.1.2.3"],
      ["X-Stainless-Retry-Count", "0"],
      ["Accept-Encoding", "gzip"],
      ["X-Latin", "caf\u00e9"],
    ];
    await passes(await openLine(), { method: "GET", target: "/api/tags", headers });
  });

  it("pass with as many bytes of headers as Ollama takes", async () => {
    const target = `/api/tags?${"q".repeat(20_000)}`;
    const headers: Header[] = [["Cookie", "c".repeat(500_000)]];
    await passes(await openLine(), { method: "GET", target, headers });
  });

  it("lose what belongs to one connection, and the Origin that was checked here", async () => {
    const line = await openLine();
    const request: RawRequest = {
      method: "GET",
      target: "/api/tags",
      headers: [
        ["Connection", "keep-alive, TE"],
        ["TE", "trailers"],
        ["Origin", "http://localhost:3000"],
        ["X-Last", "1"],
      ],
    };
    const answer = line.client.ask(request);
    const received = await line.upstream.next();
    expectSameRequest(request, received);
    expect(received.header("host")).toBe(line.upstream.host);
    expect(received.header("origin")).toBeUndefined();
    expect(received.header("te")).toBeUndefined();
    received.answer("200 OK", JSON_TYPE, "{}");
    expect(await answer.ended()).toBe("complete");
  });
});

describe("bodies", () => {
  it("pass byte for byte, whatever they hold", async () => {
    const { client, upstream } = await openLine();
    const body = randomBytes(70_000);
    const headers: Header[] = [["Content-Length", String(body.length)]];
    const answer = client.ask({ method: "POST", target: "/api/chat", headers, body });
    const received = await upstream.next();
    await received.whole();
    expect(received.body.equals(body)).toBe(true);
    received.answer("400 Bad Request", JSON_TYPE, '{"error":"x"}');
    expect(await answer.ended()).toBe("complete");
  });

  it.each(["/api/generate", "/api/show"])("pass in chunks to %s", async (target) => {
    const { client, upstream } = await openLine();
    const headers: Header[] = [["Transfer-Encoding", "chunked"]];
    const answer = client.ask({ method: "POST", target, headers });
    client.send(chunkBytes('{"model":'));
    client.send(chunkBytes('"fake"}'));
    client.send(LAST_CHUNK);
    const received = await upstream.next();
    await received.whole();
    expect(received.body.toString()).toBe('{"model":"fake"}');
    received.answer("200 OK", JSON_TYPE, "{}");
    expect(await answer.ended()).toBe("complete");
  });

  it.each(["/api/chat", "/api/show", "/api/blobs/sha256:00"])(
    "are asked for when the client waits for 100 Continue: %s",
    async (target) => {
      const { client, upstream } = await openLine();
      const { body = "", headers = [] } = jsonRequest(target, { model: "fake" });
      const expecting: Header[] = [...headers, ["Expect", "100-continue"]];
      const answer = client.ask({ method: "POST", target, headers: expecting });
      await until(() => answer.interim.length > 0, "100 Continue");
      expect(answer.interim[0]?.startLine).toMatch(/^HTTP\/1\.1 100 /);
      client.send(body);
      const received = await upstream.next();
      await received.whole();
      expect(received.body.toString()).toBe(body);
      received.answer("200 OK", JSON_TYPE, "{}");
      expect(await answer.ended()).toBe("complete");
      expect(answer.status).toBe(200);
    },
  );

  it("pass with 5 MiB, which a thread looks into", async () => {
    const line = await openLine();
    const image = randomBytes(3_932_160).toString("base64");
    await passes(line, jsonRequest("/api/generate", { model: "fake", images: [image] }));
    await nothingIsHeld(line);
  });

  it("pass when they are empty, or no JSON", async () => {
    const line = await openLine();
    const empty: Header[] = [["Content-Length", "0"]];
    for (const target of ["/api/generate", "/api/show", "/v1/completions", "/api/blobs/x"]) {
      await passes(line, { method: "POST", target, headers: empty, body: "" });
      await passes(line, { method: "POST", target });
      await passes(line, jsonRequest(target, "{not json"));
    }
  });

  it("pass with GET too, where the runtime reads them", async () => {
    const { client, upstream } = await openLine();
    const headers: Header[] = [["Content-Length", "2"]];
    const answer = client.ask({ method: "GET", target: "/api/tags", headers, body: "hi" });
    const received = await upstream.next();
    await received.whole();
    expect(received.body.toString()).toBe(isAllowed("body of GET dropped") ? "" : "hi");
    received.answer("200 OK", JSON_TYPE, "{}");
    expect(await answer.ended()).toBe("complete");
  });
});

describe("answers", () => {
  it.each([
    ["201 Created", ""],
    ["400 Bad Request", '{"error":"invalid digest format"}'],
    ["401 Unauthorized", '{"error":"unauthorized","signin_url":"https://ollama.com/connect"}'],
    ["404 Not Found", "404 page not found"],
    ["405 Method Not Allowed", "405 method not allowed"],
    ["429 Too Many Requests", '{"error":"slow down"}'],
    ["500 Internal Server Error", '{"error":"llama runner process has terminated"}'],
    ["503 Service Unavailable", '{"error":"server busy, please try again."}'],
    ["299 Very Own Phrase", "x"],
  ])("pass untouched: %s", async (status, body) => {
    const line = await openLine();
    const headers: Header[] = [
      ["content-TYPE", "text/plain"],
      ["Date", "Sat, 21 Nov 2026 10:00:00 GMT"],
      ["Allow", "GET, HEAD"],
      ["Set-Cookie", "a=1; Path=/"],
      ["X-Own", "1"],
      ["Set-Cookie", "b=2"],
      ["x-own", "2"],
      ["Www-Authenticate", "Bearer"],
      ["Cache-Control", "no-cache"],
      ["Content-Length", String(body.length)],
    ];
    for (const target of ["/api/chat", "/v1/chat/completions", "/api/delete"]) {
      const answer = line.client.ask(jsonRequest(target, { model: "fake" }));
      const received = await line.upstream.next();
      await received.whole();
      received.sendHead(status, headers);
      received.send(body);
      expect(await answer.ended()).toBe("complete");
      expectSameAnswer({ status, headers }, answer);
      expect(answer.text).toBe(body);
    }
    await nothingIsHeld(line);
  });

  it.each(["301 Moved Permanently", "307 Temporary Redirect"])(
    "that send elsewhere are not followed: %s",
    async (status) => {
      const { client, upstream } = await openLine();
      const answer = client.ask({ method: "GET", target: "/api/tags/" });
      const headers: Header[] = [...JSON_TYPE, ["Location", "/api/tags"], ["Content-Length", "0"]];
      (await upstream.next()).sendHead(status, headers);
      expect(await answer.ended()).toBe("complete");
      expectSameAnswer({ status, headers }, answer);
      expect(upstream.requests).toHaveLength(1);
    },
  );

  it.each(["204 No Content", "304 Not Modified"])("without a body pass: %s", async (status) => {
    const { client, upstream } = await openLine();
    const answer = client.ask({ method: "GET", target: "/api/x" });
    const headers: Header[] = [
      ["Date", "Sat, 21 Nov 2026 10:00:00 GMT"],
      ["Etag", '"1"'],
    ];
    (await upstream.next()).sendHead(status, headers);
    expect(await answer.ended()).toBe("complete");
    expectSameAnswer({ status, headers }, answer);
  });

  it("to HEAD keep the length of the body that is not sent", async () => {
    const { client, upstream } = await openLine();
    for (const target of ["/", "/api/tags", "/api/blobs/sha256:00"]) {
      const answer = client.ask({ method: "HEAD", target });
      const headers: Header[] = [...JSON_TYPE, ["Content-Length", "98362432"]];
      (await upstream.next()).sendHead("200 OK", headers);
      expect(await answer.ended()).toBe("complete");
      expect(answer.header("content-length")).toBe("98362432");
      expectSameAnswer({ status: "200 OK", headers }, answer);
    }
  });

  it("that are compressed stay compressed", async () => {
    const { client, upstream } = await openLine();
    const body = gzipSync('{"models":[]}');
    const answer = client.ask({
      method: "GET",
      target: "/api/tags",
      headers: [["Accept-Encoding", "gzip"]],
    });
    const headers: Header[] = [
      ...JSON_TYPE,
      ["Content-Encoding", "gzip"],
      ["Content-Length", String(body.length)],
    ];
    const received = await upstream.next();
    received.sendHead("200 OK", headers);
    received.send(body);
    expect(await answer.ended()).toBe("complete");
    expectSameAnswer({ status: "200 OK", headers }, answer);
    expect(answer.body.equals(body)).toBe(true);
  });

  it("carry the service's own headers besides", async () => {
    const { client, upstream } = await openLine();
    const answer = client.ask(jsonRequest("/api/chat", { model: "fake" }));
    (await upstream.next()).answer("200 OK", JSON_TYPE, "{}");
    expect(await answer.ended()).toBe("complete");
    expect(answer.header("x-shared-ollama-request-id")).toMatch(/^[0-9a-f-]{36}$/);
    expect(answer.header("server-timing")).toMatch(/^queue;dur=.*first;dur=.*total;dur=/);
    expect(answer.header("x-accel-buffering")).toBeUndefined();
  });
});
