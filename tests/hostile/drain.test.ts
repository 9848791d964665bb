import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { onBun } from "../../src/runtime/on-bun.ts";
import { projectRoot } from "../../src/runtime/paths.ts";
import { until, within } from "../support/deadline.ts";
import { connectPlain, requestHead, type PlainSocket } from "../support/plain-socket.ts";
import { startService, type RunningService } from "../support/service.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";

const MIB = 1_048_576;
const READY = requestHead("GET /api/v1/ready HTTP/1.1");
const PIECE = Buffer.alloc(262_144, "x");
const run = promisify(execFile);

function postHead(path: string, ...headers: string[]): string {
  return requestHead(`POST ${path} HTTP/1.1`, [...headers, "Content-Type: application/json"]);
}

/** Runs a client of Python's own; @returns what it printed. */
async function python(
  kind: "urllib" | "http.client" | "chunked",
  url: string,
  bytes: number,
  headers: Record<string, string> = {},
): Promise<unknown[]> {
  const script = `${projectRoot}/tests/support/write-first.py`;
  const args = [script, kind, url, String(bytes), JSON.stringify(headers)];
  const { stdout } = await within(run("python3", args), `${kind} against ${url}`, 30_000);
  return JSON.parse(stdout) as unknown[];
}

/** Sends so many bytes of a body, as fast as they are taken. */
async function upload(client: PlainSocket, bytes: number): Promise<void> {
  for (let sent = 0; sent < bytes && !client.ended; sent += PIECE.length) {
    client.send(PIECE.subarray(0, Math.min(PIECE.length, bytes - sent)));
    await client.drained();
  }
}

function discards({ gateway }: RunningService): number {
  return gateway.service.load().discards;
}

/** Requests that are refused before their body is read. */
const REFUSED: [number, string, string, string, Record<string, string>][] = [
  [413, "request_too_large", "POST", "/api/v1/chat", {}],
  [413, "request_too_large", "POST", "/api/chat", {}],
  [413, "request_too_large", "POST", "/v1/chat/completions", {}],
  [413, "request_too_large", "POST", "/api/pull", {}],
  [403, "host_not_allowed", "POST", "/api/v1/chat", { Host: "evil.example" }],
  [403, "origin_not_allowed", "POST", "/api/chat", { Origin: "http://evil.example" }],
  [400, "invalid_project_name", "POST", "/api/chat", { "X-Project-Name": "two words" }],
  [404, "not_found", "POST", "/api/v1/nothing", {}],
  [405, "method_not_allowed", "PUT", "/api/v1/chat", {}],
];

describe.each(REFUSED)("a refusal with %i %s (%s %s)", (status, code, method, path, more) => {
  it("comes after the body, and the connection is good for the next request", async () => {
    const limits = { MAX_BODY_BYTES: String(8 * MIB), PROXY_MAX_BODY_BYTES: String(8 * MIB) };
    const service = await startService(limits);
    const client = await connectPlain(service.gateway.url);
    const bytes = status === 413 ? 9 * MIB : 7 * MIB;
    const headers = Object.entries(more).map(([name, value]) => `${name}: ${value}`);
    const length = `Content-Length: ${bytes}`;
    client.send(requestHead(`${method} ${path} HTTP/1.1`, [length, ...headers]));
    await upload(client, bytes - 1);
    await until(() => discards(service) === 1, "the body is thrown away");
    expect(client.received).toBe("");
    client.send("x");
    const answer = await client.answer();
    expect(answer.status).toBe(status);
    expect(answer.body).toContain(code);
    client.send(READY);
    expect(await client.answer()).toEqual({ status: 200, body: '{"status":"ready"}' });
    await nothingIsHeld(service);
  });
});

describe("an upload that was to be passed on as it comes", () => {
  it("is read to its end when the inference server is away", async () => {
    const { gateway, ollama } = await startService();
    await ollama.stop();
    const client = await connectPlain(gateway.url);
    client.send(postHead("/api/blobs/sha256:00", `Content-Length: ${5 * MIB}`));
    await upload(client, 5 * MIB);
    expect((await client.answer()).status).toBe(503);
    client.send(requestHead("GET /api/v1/health HTTP/1.1"));
    expect((await client.answer()).status).toBe(200);
    await nothingIsHeld({ gateway });
  });
});

describe("clients that write before they read", () => {
  it.each([2 * MIB, 20 * MIB, 63 * MIB])("see the 413: urllib with %i bytes", async (bytes) => {
    const { gateway } = await startService({ PROXY_MAX_BODY_BYTES: String(MIB) });
    for (const path of ["/api/v1/chat", "/api/chat"]) {
      const [status, said] = await python("urllib", gateway.url + path, bytes);
      expect([status, said]).toMatchObject([413, { code: "request_too_large" }]);
    }
  });

  it.each(["http.client", "chunked"] as const)(
    "see the 413, and go on with the same connection: %s",
    async (kind) => {
      const { gateway } = await startService({ PROXY_MAX_BODY_BYTES: String(MIB) });
      for (const path of ["/api/v1/chat", "/api/chat", "/api/create"]) {
        const got = await python(kind, gateway.url + path, 20 * MIB);
        expect(got).toMatchObject([413, { code: "request_too_large" }, 200]);
      }
    },
  );

  it("see the 403 and the 429 as well", async () => {
    const { gateway } = await startService({ MAX_BODY_BYTES: String(16 * MIB) });
    const url = `${gateway.url}/api/v1/chat`;
    const foreign = await python("http.client", url, 8 * MIB, { Origin: "http://evil.example" });
    expect(foreign).toMatchObject([403, { code: "origin_not_allowed" }, 200]);
    for (let i = 0; i < 60; i += 1) await gateway.post("/api/v1/chat", {});
    const limited = await python("http.client", url, 8 * MIB);
    expect(limited).toMatchObject([429, { code: "rate_limit_exceeded" }, 200]);
  });

  it.each([
    ["that asks first", []],
    ["that does not", ["-H", "Expect:"]],
  ])("see the 413: curl %s", async (_how, options) => {
    const { gateway } = await startService();
    const url = `${gateway.url}/api/v1/chat`;
    const args = ["-sS", "-o", "/dev/null", "-w", "%{http_code}", ...options];
    const curl = run("curl", [...args, "--noproxy", "*", "--data-binary", "@-", url]);
    curl.child.stdin?.on("error", () => {});
    curl.child.stdin?.end(Buffer.alloc(20 * MIB, "x"));
    expect((await within(curl, "curl", 30_000)).stdout).toBe("413");
    await nothingIsHeld({ gateway });
  });
});

describe("a client that waits for 100 Continue", () => {
  // Bun tells it to go on before the service sees the request.
  (onBun ? () => {} : it)("is refused without it, and the connection is closed", async () => {
    const service = await startService();
    const client = await connectPlain(service.gateway.url);
    client.send(postHead("/api/v1/chat", `Content-Length: ${9 * MIB}`, "Expect: 100-continue"));
    await client.closed();
    expect(client.received).toMatch(/^HTTP\/1\.1 413 /);
    expect(client.received).toMatch(/^connection: close\r$/im);
    await nothingIsHeld(service);
  });

  it("is told to go on where its body is wanted", async () => {
    const { gateway } = await startService();
    const client = await connectPlain(gateway.url);
    const body = '{"model":"fake","messages":[{"role":"user","content":"hi"}]}';
    const length = `Content-Length: ${body.length}`;
    client.send(postHead("/api/v1/chat", length, "Expect: 100-continue"));
    await until(() => client.received === "HTTP/1.1 100 Continue\r\n\r\n", "the word to go on");
    client.received = "";
    client.send(body);
    expect((await client.answer()).status).toBe(200);
  });
});

describe("what is thrown away is bounded", () => {
  it("in bytes: one more than 64 MiB declared is answered at once and closed", async () => {
    const service = await startService();
    const client = await connectPlain(service.gateway.url);
    client.send(postHead("/api/v1/chat", `Content-Length: ${64 * MIB + 1}`));
    expect((await client.answer()).status).toBe(413);
    await client.closed();
    await nothingIsHeld(service);
  });

  it("in bytes: a body without length is counted as it comes", async () => {
    const service = await startService();
    const client = await connectPlain(service.gateway.url);
    client.send(postHead("/api/v1/chat", "Transfer-Encoding: chunked"));
    const chunk = Buffer.concat([Buffer.from("40000\r\n"), PIECE, Buffer.from("\r\n")]);
    let sent = 0;
    for (; client.received === "" && !client.ended && sent < 128 * MIB; sent += PIECE.length) {
      client.send(chunk);
      await client.drained();
    }
    await client.closed();
    expect(sent).toBeGreaterThan(64 * MIB);
    expect(sent).toBeLessThan(128 * MIB);
    await nothingIsHeld(service);
  });

  it("in time: a body that drips is cut when its time is over", async () => {
    const service = await startService({ REFUSED_BODY_TIMEOUT: "0.5" });
    const client = await connectPlain(service.gateway.url);
    client.send(postHead("/api/v1/chat", `Content-Length: ${2 * MIB}`));
    const drip = setInterval(() => client.send("x"), 20);
    expect((await client.answer()).status).toBe(413);
    await client.closed();
    clearInterval(drip);
    await nothingIsHeld(service);
  });

  it("in number: the 33rd is answered at once and closed", async () => {
    const service = await startService();
    const { url } = service.gateway;
    const head = postHead("/api/v1/chat", `Content-Length: ${2 * MIB}`);
    const held = await Promise.all(Array.from({ length: 32 }, () => connectPlain(url)));
    for (const client of held) client.send(head);
    await until(() => discards(service) === 32, "32 bodies are thrown away");
    const client = await connectPlain(url);
    client.send(head);
    expect((await client.answer()).status).toBe(413);
    await client.closed();
    for (const one of held) one.leave();
    await nothingIsHeld(service);
  });

  it("not at all where it is switched off", async () => {
    const { gateway } = await startService({ REFUSED_BODY_TIMEOUT: "0" });
    const client = await connectPlain(gateway.url);
    client.send(postHead("/api/v1/chat", `Content-Length: ${2 * MIB}`));
    expect((await client.answer()).status).toBe(413);
    await client.closed();
  });
});
