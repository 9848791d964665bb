import type { ServerResponse } from "node:http";
import { describe, expect, it } from "vitest";
import { expectErrorOf } from "../support/dialect-errors.ts";
import type { Script } from "../support/fake-ollama.ts";
import { startService } from "../support/service.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";

const messages = [{ role: "user", content: "hi" }];
const MIB = 1_048_576;

/** Sends the same again and again, as fast as it is taken, until the other side has had enough. */
function endless(head: string, piece: string, status = 200): Script {
  return (_request, response: ServerResponse) => {
    response.writeHead(status, { "Content-Type": "application/x-ndjson" });
    response.write(head);
    const more = (): void => {
      while (!response.destroyed && response.write(piece));
      if (!response.destroyed) response.once("drain", more);
    };
    more();
  };
}

const line = `${JSON.stringify({ message: { role: "assistant", content: "x".repeat(MIB) }, done: false })}\n`;

describe("an answer without end is cut, told, and its call aborted", () => {
  it.each([
    ["true", "/api/v1/chat"],
    ["false", "/api/v1/chat/completions"],
  ])(
    "as a stream; response cache %s, on %s",
    async (cache, path) => {
      const service = await startService({ RESPONSE_CACHE_ENABLED: cache });
      const { gateway, ollama } = service;
      ollama.script("/api/chat", endless("", line));
      const answer = await gateway.post(path, { model: "fake", messages, stream: true });
      expect(answer.status).toBe(200);
      const text = await answer.text();
      expect(text.length).toBeLessThan(80 * MIB);
      const told = text.slice(-1000);
      expect(told).toContain("upstream_unavailable");
      expect(told).toContain("an answer without end");
      if (path.endsWith("completions")) expect(told.trimEnd()).toMatch(/data: \[DONE\]$/);
      await ollama.sawCancel("/api/chat");
      await nothingIsHeld(service);
    },
    60_000,
  );

  it("as a whole, as a line, and as vectors", async () => {
    const service = await startService();
    const { gateway, ollama } = service;
    const embed = { model: "all-minilm", prompt: "a" };
    for (const [path, upstreamPath, body, script] of [
      ["chat", "/api/chat", { model: "fake", messages }, endless('{"a":"', "x".repeat(MIB))],
      [
        "chat",
        "/api/chat",
        { model: "fake", messages, stream: true },
        endless('{"a":"', "x".repeat(MIB)),
      ],
      ["embeddings", "/api/embed", embed, endless('{"embeddings":[[', "0.5,".repeat(MIB / 4))],
    ] as const) {
      ollama.script(upstreamPath, script);
      const answer = await gateway.post(`/api/v1/${path}`, body);
      const error = { status: 503, code: "upstream_unavailable", retryAfter: 2 };
      await expectErrorOf(`/api/v1/${path}`, answer, error);
      await ollama.sawCancel(upstreamPath);
    }
    await nothingIsHeld(service);
  }, 60_000);

  it("in a list of models and in an error", async () => {
    const service = await startService();
    const { gateway, ollama } = service;
    ollama.script("/api/ps", endless('{"models":[', "{},".repeat(MIB / 4)));
    const error = { status: 503, code: "upstream_unavailable", retryAfter: 2 };
    await expectErrorOf("/api/v1/models/ps", await gateway.get("/api/v1/models/ps"), error);
    ollama.script("/api/chat", endless('{"error":"', "x".repeat(MIB), 500));
    const body = { model: "fake", messages };
    await expectErrorOf("/api/v1/chat", await gateway.post("/api/v1/chat", body), error);
    await ollama.sawCancel("/api/chat");
    await nothingIsHeld(service);
  }, 60_000);
});

describe("on Ollama's own paths", () => {
  it("a stream goes on for as long as it is read, also where the cache was asked for", async () => {
    const service = await startService({ RESPONSE_CACHE_ENABLED: "true" });
    const { gateway, ollama } = service;
    ollama.script("/api/chat", endless("", line));
    for (const cache of ["off", "exact"]) {
      const leave = new AbortController();
      const headers = { "x-shared-ollama-cache": cache };
      const body = { model: "fake", messages };
      const answer = await gateway.post("/api/chat", body, { headers, signal: leave.signal });
      let bytes = 0;
      for await (const chunk of answer.body ?? []) {
        bytes += chunk.byteLength;
        if (bytes > 80 * MIB) break;
      }
      expect(bytes).toBeGreaterThan(80 * MIB);
      leave.abort();
    }
    await nothingIsHeld(service);
    const stats = (await (await gateway.get("/api/v1/cache/stats")).json()) as { entries: number };
    expect(stats.entries).toBe(0);
  }, 60_000);
});
