import { describe, expect, it } from "vitest";
import { until } from "../support/deadline.ts";
import { HeldAnswers } from "../support/held-answers.ts";
import { serverTimingOf } from "../support/service.ts";
import { CHAT, COMPLETIONS, start, asking, cacheOf, stats } from "./response-cache-set-up.ts";

describe("the Server-Timing of a stream", () => {
  const FIRST = "Why is the sky blue?";

  it("from the cache is its own: how long its first piece has taken, and no run of the model", async () => {
    const { ollama, gateway } = await start();
    ollama.inMemory.push("fake:latest");
    const chats = new HeldAnswers(ollama, "/api/chat");
    const startedAt = performance.now();
    const made = gateway.post(CHAT, asking(FIRST, { stream: true }));
    const run = await chats.next();
    run.piece("light");
    run.finish();
    const first = serverTimingOf(await made);
    await (await made).text();
    for (const path of [CHAT, COMPLETIONS]) {
      const askedAt = performance.now();
      const again = await gateway.post(path, asking(FIRST, { stream: true }));
      const tookMs = performance.now() - askedAt;
      expect(cacheOf(again)).toBe("HIT-EXACT");
      const timing = serverTimingOf(again);
      expect(Object.keys(timing)).toEqual(["first"]);
      expect(timing["first"]).toBeGreaterThan(0);
      expect(timing["first"]).toBeLessThanOrEqual(tookMs);
      await again.text();
    }
    expect(first["first"]).toBeLessThan(performance.now() - startedAt);
    expect(Object.keys(first)).toEqual(["queue", "load", "first"]);
  });

  it("that joins another's run is its own, too", async () => {
    const { ollama, gateway } = await start();
    const loads = new HeldAnswers(ollama, "/api/generate");
    const chats = new HeldAnswers(ollama, "/api/chat");
    const first = gateway.post(CHAT, asking(FIRST, { stream: true }));
    (await loads.next()).json({ done: true, done_reason: "load" });
    const run = await chats.next();
    const askedAt = performance.now();
    const second = gateway.post(CHAT, asking(FIRST, { stream: true }));
    await until(async () => (await stats(gateway))["shared"] === 1, "the second has joined");
    run.piece("light");
    const [timing, joined] = [serverTimingOf(await first), serverTimingOf(await second)];
    const tookMs = performance.now() - askedAt;
    run.finish();
    for (const answer of [await first, await second]) await answer.text();
    expect(timing["load"]).toBeGreaterThan(0);
    // It came when the model was loaded.
    expect(joined).toMatchObject({ queue: 0, load: 0 });
    expect(joined["first"]).toBeGreaterThan(0);
    expect(joined["first"]).toBeLessThanOrEqual(tookMs);
    expect(joined["first"]).toBeLessThan(timing["first"] ?? 0);
  });
});
