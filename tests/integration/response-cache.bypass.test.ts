import { describe, expect, it } from "vitest";
import { CHAT, start, asking, cacheOf, runs, stats } from "./response-cache-set-up.ts";

describe("the cache is switched off for a request", () => {
  it.each([
    ["X-Shared-Ollama-Cache: off", { "x-shared-ollama-cache": "off" }],
    ["Cache-Control: no-cache", { "cache-control": "no-cache" }],
    ["Cache-Control: no-store", { "cache-control": "max-age=0, No-Store" }],
  ])("by %s, which neither reads nor keeps", async (_what, headers) => {
    const { ollama, gateway } = await start();
    await gateway.post(CHAT, asking("Hi"));
    expect(cacheOf(await gateway.post(CHAT, asking("Hi"), { headers }))).toBe("BYPASS");
    expect(cacheOf(await gateway.post(CHAT, asking("Ho"), { headers }))).toBe("BYPASS");
    expect(cacheOf(await gateway.post(CHAT, asking("Ho")))).toBe("MISS");
    expect(runs(ollama)).toBe(4);
    expect(await stats(gateway)).toMatchObject({ bypasses: 2 });
  });

  it("by no other value", async () => {
    const { gateway } = await start();
    const headers = { "x-shared-ollama-cache": "no" };
    const answer = await gateway.post(CHAT, asking("Hi"), { headers });
    expect([answer.status, await answer.json()]).toMatchObject([400, { code: "invalid_request" }]);
  });

  it("by RESPONSE_CACHE_ENABLED=false for all, and nothing is said of it", async () => {
    const { ollama, gateway } = await start({ RESPONSE_CACHE_ENABLED: "false" });
    for (const _ of [1, 2]) expect(cacheOf(await gateway.post(CHAT, asking("Hi")))).toBeNull();
    expect(runs(ollama)).toBe(2);
    expect(await stats(gateway)).toMatchObject({ enabled: false, entries: 0, misses: 0 });
  });

  it("by RESPONSE_CACHE_SAMPLED=false where the model may answer differently", async () => {
    const { ollama, gateway } = await start({ RESPONSE_CACHE_SAMPLED: "false" });
    for (const _ of [1, 2]) expect(cacheOf(await gateway.post(CHAT, asking("Hi")))).toBe("BYPASS");
    for (const more of [{ temperature: 0 }, { seed: 7 }]) {
      expect(cacheOf(await gateway.post(CHAT, asking("Hi", more)))).toBe("MISS");
      expect(cacheOf(await gateway.post(CHAT, asking("Hi", more)))).toBe("HIT-EXACT");
    }
    expect(runs(ollama)).toBe(4);
  });
});
