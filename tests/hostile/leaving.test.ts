import { expect, it } from "vitest";
import { until } from "../support/deadline.ts";
import { serviceLog } from "../support/gateway.ts";
import { startService } from "../support/service.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";

const MESSAGES = [{ role: "user", content: "hi" }];
const BODY = { model: "fake", messages: MESSAGES, stream: true };
const CACHED = { "x-shared-ollama-cache": "exact" };

/** Streams in each dialect, past the cache and through it. */
const STREAMS: [path: string, cache: string, headers: Record<string, string>][] = [
  ["/api/chat", "false", {}],
  ["/api/chat", "true", CACHED],
  ["/v1/chat/completions", "false", {}],
  ["/v1/chat/completions", "true", CACHED],
  ["/api/v1/chat", "false", {}],
  ["/api/v1/chat", "true", {}],
  ["/api/v1/chat/completions", "false", {}],
  ["/api/v1/chat/completions", "true", {}],
];

it.each(STREAMS)(
  "a client that leaves %s (cache: %s) shuts no model, wherever it was",
  async (path, cache, headers) => {
    const { gateway, ollama } = await startService(
      { UPSTREAM_PARALLEL: "1", RATE_LIMIT_ENABLED: "false", RESPONSE_CACHE_ENABLED: cache },
      { models: ["fake:latest", "all-minilm:latest"] },
    );
    /** How far the server gets before the client leaves. */
    const moments: ("asked" | "head" | "piece" | "whole")[] = ["asked", "head", "piece", "whole"];
    for (const [round, moment] of moments.entries()) {
      const line = path.startsWith("/v1/") ? 'data: {"choices":[]}\n\n' : '{"done":false}\n';
      let reached = false;
      ollama.script(path.startsWith("/v1/") ? path : "/api/chat", (_request, response) => {
        if (moment !== "asked") {
          response.writeHead(200, { "content-type": "application/x-ndjson" });
          response.flushHeaders();
        }
        if (moment === "piece" || moment === "whole") response.write(line);
        if (moment === "whole") response.end('{"done":true}\n');
        reached = true;
      });
      const client = new AbortController();
      const asked = fetch(gateway.url + path, {
        method: "POST",
        headers,
        body: JSON.stringify({ ...BODY, messages: [{ role: "user", content: `${round}` }] }),
        signal: client.signal,
      }).catch(() => undefined);
      await until(() => reached, `the server has ${moment}`);
      client.abort();
      await asked;
      await nothingIsHeld({ gateway });
    }
    // What was written is on the disk then.
    await gateway.service.lifecycle.stop();
    expect(await serviceLog(gateway), "a client that leaves is no failure of ours").not.toContain(
      "request failed",
    );
  },
);
