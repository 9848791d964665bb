import { describe, expect, it } from "vitest";
import { onBun } from "../../src/runtime/on-bun.ts";
import { connectPlain, requestHead, sendEndlessHead } from "../support/plain-socket.ts";
import { startService } from "../support/service.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";

const READY = "GET /api/v1/ready HTTP/1.1";
const CHAT = "POST /api/v1/chat HTTP/1.1";

/** Sends bytes to a service and takes its answer; then the service is still there for others. */
async function answerTo(bytes: string) {
  const { gateway } = await startService();
  const client = await connectPlain(gateway.url);
  client.send(bytes);
  const answer = await client.answer();
  await nothingIsHeld({ gateway });
  expect((await gateway.get("/api/v1/ready")).status).toBe(200);
  return { ...answer, client };
}

describe("what is not HTTP", () => {
  it.each([
    ["a TLS greeting", "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001ü\u0003\u0003\r\n\r\n"],
    ["a sentence", "hello there\r\n\r\n"],
    ["a method that is none", requestHead("F@O /api/v1/ready HTTP/1.1")],
    ["a target without slash", requestHead("GET api/v1/ready HTTP/1.1")],
    ["a header without colon", requestHead(READY, ["nonsense"])],
    ["a header with a NUL", requestHead(READY, ["X-A: a\u0000b"])],
    ["a folded header", requestHead(READY, ["X-A: a", " b"])],
    ["a length that is no number", requestHead(CHAT, ["Content-Length: many"])],
    ["a negative length", requestHead(CHAT, ["Content-Length: -1"])],
    ["an absurd length", requestHead(CHAT, ["Content-Length: 99999999999999999999"])],
    ["two lengths", requestHead(CHAT, ["Content-Length: 2", "Content-Length: 3"])],
    [
      "a length beside chunks",
      requestHead(CHAT, ["Content-Length: 2", "Transfer-Encoding: chunked"]),
    ],
    ["an unknown encoding", requestHead(CHAT, ["Transfer-Encoding: gzip"])],
    ["no Host", `${READY}\r\n\r\n`],
  ])("is refused with 400 and the connection closed: %s", async (_what, bytes) => {
    const { status, client } = await answerTo(bytes);
    expect(status).toBe(400);
    await client.closed();
  });

  it("is refused with 400 when a chunk has no size", async () => {
    const { gateway } = await startService();
    const client = await connectPlain(gateway.url);
    client.send(`${requestHead(CHAT, ["Transfer-Encoding: chunked"])}zz\r\nab\r\n`);
    expect((await client.answer()).status).toBe(400);
    await client.closed();
    await nothingIsHeld({ gateway });
  });

  it("is refused with 4xx or 5xx when the version is none", async () => {
    const { status, client } = await answerTo(requestHead("GET /api/v1/ready HTTP/9.9"));
    expect([400, 505]).toContain(status);
    await client.closed();
  });
});

describe("a large head", () => {
  it.each([20_000, 60_000, 1_000_000])("is taken: %i bytes of cookies", async (bytes) => {
    const { status } = await answerTo(requestHead(READY, [`Cookie: ${"c".repeat(bytes)}`]));
    expect(status).toBe(200);
  });
});

describe("a head that is too large", () => {
  it("is not kept, however much of it comes", async () => {
    const { gateway } = await startService();
    const client = await connectPlain(gateway.url);
    expect(await sendEndlessHead(client)).toBeLessThan(16 << 20);
    await nothingIsHeld({ gateway });
  });

  it("is refused with 431: ten thousand headers, more than a megabyte", async () => {
    const headers = Array.from({ length: 10_000 }, (_, i) => `X-${i}: ${"a".repeat(120)}`);
    const { status, client } = await answerTo(requestHead(READY, headers));
    expect(status).toBe(431);
    await client.closed();
  });

  it("is refused with 431: a target of two megabytes", async () => {
    const target = `/api/v1/${"a".repeat(2_000_000)}`;
    const { status, client } = await answerTo(requestHead(`GET ${target} HTTP/1.1`));
    expect(status).toBe(431);
    await client.closed();
  });
});

describe("a length beyond what numbers hold exactly", () => {
  it("is refused with 413", async () => {
    const { status } = await answerTo(requestHead(CHAT, ["Content-Length: 9007199254740993"]));
    expect(status).toBe(413);
  });
});

describe("a Host", () => {
  it.each([
    ["/api/v1/ready", (body: Record<string, unknown>) => body],
    ["/api/tags", (body: Record<string, unknown>) => body],
    ["/v1/models", (body: Record<string, unknown>) => body["error"]],
    ["/v1/messages", (body: Record<string, unknown>) => body["error"]],
  ])("that is not this machine's is refused with 403 on %s", async (path, error) => {
    const head = requestHead(`GET ${path} HTTP/1.1`, ["Host: evil.example"]);
    const { status, body } = await answerTo(head);
    expect(status).toBe(403);
    expect(error(JSON.parse(body) as Record<string, unknown>)).toMatchObject({
      code: "host_not_allowed",
    });
  });

  it.each([
    ["has a space", "Host: a b"],
    ["has an open bracket", "Host: [::1"],
    ["has a path", "Host: localhost/@evil"],
    ["has a query", "Host: localhost?x"],
  ])("that %s reaches no route: 400 or 403", async (_what, host) => {
    const { status, body } = await answerTo(requestHead(READY, [host]));
    expect([400, 403]).toContain(status);
    expect(["invalid_request", "host_not_allowed"]).toContain(
      (JSON.parse(body) as { code: string }).code,
    );
  });

  it("may be missing in HTTP/1.0: the path is still no other one", async () => {
    const { status, body } = await answerTo("GET /api/v1/ready HTTP/1.0\r\n\r\n");
    // Bun's Request has no address without a Host; such a request is refused there.
    if (onBun) expect([status, body]).toEqual([400, expect.stringContaining("invalid_request")]);
    else expect([status, body]).toEqual([200, '{"status":"ready"}']);
  });
});

describe("a path", () => {
  it.each([
    ["/api/v1/%", 400, "invalid_request"],
    ["/api/v1/%zz", 400, "invalid_request"],
    ["/api/v1/models/%c0%af/show", 400, "invalid_request"],
    ["/%c0%af", 400, "invalid_request"],
    ["/api/%zz", 400, "invalid_request"],
    ["/api/v1/toString", 404, "not_found"],
    ["/api/v1/__proto__", 404, "not_found"],
    ["/api/docs/..%2f..%2fpackage.json", 400, "invalid_request"],
    ["/api/docs/constructor", 404, "not_found"],
  ])("that is %s answers %i %s", async (path, status, code) => {
    const answer = await answerTo(requestHead(`GET ${path} HTTP/1.1`));
    expect(answer.status).toBe(status);
    expect(JSON.parse(answer.body)).toMatchObject({ code });
  });

  it("that is nobody's answers as Ollama does", async () => {
    const { status, body } = await answerTo(requestHead("GET /v1 HTTP/1.1"));
    expect(status).toBe(404);
    expect(body).toContain("404 page not found");
  });

  it.each(["/api/v1/%72eady", "//api/v1/ready", "/api//v1//ready"])(
    "that is written %s is the same path",
    async (path) => {
      const { status } = await answerTo(requestHead(`GET ${path} HTTP/1.1`));
      expect(status).toBe(200);
    },
  );

  it("that is `*` is refused with 400", async () => {
    expect((await answerTo(requestHead("OPTIONS * HTTP/1.1"))).status).toBe(400);
  });
});

describe("a method", () => {
  it.each(["PUT", "DELETE", "PATCH", "TRACE"])(
    "%s is taken by no route of /api/v1",
    async (method) => {
      const { status, body } = await answerTo(requestHead(`${method} /api/v1/chat HTTP/1.1`));
      expect(status).toBe(405);
      expect(JSON.parse(body)).toMatchObject({ code: "method_not_allowed" });
    },
  );

  (onBun ? () => {} : it)("CONNECT is not taken up", async () => {
    const { gateway } = await startService();
    const client = await connectPlain(gateway.url);
    client.send(requestHead("CONNECT example.com:443 HTTP/1.1"));
    await client.closed();
    expect(client.received).not.toMatch(/^HTTP\/1\.1 2/);
  });
});
