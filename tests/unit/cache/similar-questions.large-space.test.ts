import { describe, expect, it, vi } from "vitest";
import type { CacheEntry } from "../../../src/cache/response-cache.ts";
import type { SimilarQuestions } from "../../../src/cache/similar-questions.ts";
import { deferred } from "../../../src/runtime/deferred.ts";
import {
  SPACE,
  question,
  entryOf,
  BLUE,
  WHY_BLUE,
  vector,
  setUp,
} from "./similar-questions-set-up.ts";

describe("a large space", () => {
  const COUNT = 2500;
  const fill = (similar: SimilarQuestions, from = 0): CacheEntry[] =>
    Array.from({ length: COUNT }, (_, i) => {
      const entry = entryOf(from + i, `Why is number ${i} blue?`);
      similar.restore(entry, vector(0.6, 0.8));
      return entry;
    });

  it("goes to the thread in parts, once for all who ask meanwhile", async () => {
    const { similar, thread } = setUp();
    fill(similar);
    const entry = entryOf(COUNT, BLUE);
    similar.restore(entry, vector(0.6, 0.8));
    const asked = [1, 2, 3].map(() => similar.find(question(WHY_BLUE)));
    await Promise.all(asked);
    similar.endRestore();
    expect(thread.parts).toEqual([1000, 1000, 501]);
    expect(thread.spaces.get(SPACE)?.size).toBe(COUNT + 1);
  });

  it("goes to the thread without being asked for when all has come back", async () => {
    const { similar, thread, faults } = setUp();
    fill(similar);
    similar.endRestore();
    await vi.waitUntil(() => thread.spaces.has(SPACE));
    expect(await similar.find(question(WHY_BLUE))).toBeUndefined();
    expect([thread.parts, faults]).toEqual([[1000, 1000, 500], []]);
  });

  it("has what is added while it is loaded, and not what is removed", async () => {
    const { similar, thread, faults } = setUp();
    const entries = fill(similar);
    const gate = deferred<void>();
    thread.gate = gate.promise;
    const looking = similar.find(question(WHY_BLUE));
    await vi.waitUntil(() => thread.parts.length === 1);
    similar.add(entryOf(9000, BLUE));
    for (const entry of [entries[3], entries[2400]]) if (entry) similar.remove(entry);
    gate.resolve();
    await looking;
    const ids = thread.spaces.get(SPACE);
    expect([ids?.has(9000), ids?.has(3), ids?.has(2400), ids?.size]).toEqual([
      true,
      false,
      false,
      COUNT - 1,
    ]);
    expect(faults).toEqual([]);
  });

  it("that is forgotten while it is loaded leaves nothing at the thread", async () => {
    const { similar, thread, faults } = setUp();
    const entries = fill(similar);
    const gate = deferred<void>();
    thread.gate = gate.promise;
    const looking = similar.find(question(WHY_BLUE));
    await vi.waitUntil(() => thread.parts.length === 1);
    for (const entry of entries) similar.remove(entry);
    gate.resolve();
    expect(await looking).toBeUndefined();
    expect([thread.spaces.size, thread.unfinished.size, thread.parts]).toEqual([0, 0, [1000]]);
    expect(faults).toEqual([]);
  });
});
