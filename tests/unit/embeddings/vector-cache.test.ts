import { expect, it } from "vitest";
import { VectorCache } from "../../../src/embeddings/vector-cache.ts";

const MIB = 1_048_576;

const embedding = (numbers = 2) => ({ vector: new Float32Array(numbers).fill(1), tokens: 3 });

function keep(cache: VectorCache, count: number, numbers?: number): void {
  for (let i = 0; i < count; i += 1) cache.set(`key ${i}`, embedding(numbers));
}

it("keeps what was set, and counts", () => {
  const cache = new VectorCache({ maxSize: 10, maxBytes: MIB });
  const kept = embedding();
  cache.set("a", kept);
  expect(cache.get("a")).toBe(kept);
  expect(cache.get("b")).toBeUndefined();
  expect(cache.stats()).toEqual({
    size: 1,
    max_size: 10,
    bytes: 264,
    hits: 1,
    misses: 1,
    hit_rate: 0.5,
  });
});

it("keeps the one it has when a text comes again", () => {
  const cache = new VectorCache({ maxSize: 10, maxBytes: MIB });
  const first = embedding();
  cache.set("a", first);
  cache.set("a", embedding());
  expect(cache.get("a")).toBe(first);
  expect(cache.stats()).toMatchObject({ size: 1, bytes: 264 });
});

it("lets those go that were not used for the longest, by their number", () => {
  const cache = new VectorCache({ maxSize: 100, maxBytes: MIB });
  cache.set("used", embedding());
  for (let round = 0; round < 10; round += 1) {
    for (let i = 0; i < 90; i += 1) cache.set(`${round} ${i}`, embedding());
    expect(cache.get("used")).toBeDefined();
  }
  expect(cache.get("0 0")).toBeUndefined();
  expect(cache.get("9 89")).toBeDefined();
  expect(cache.stats().size).toBeLessThanOrEqual(100);
  expect(cache.stats().bytes).toBeLessThanOrEqual(200 * 264);
});

it("lets them go by memory, and its count of it comes down again", () => {
  const one = 4096 * 4 + 256;
  const cache = new VectorCache({ maxSize: 100_000, maxBytes: MIB });
  for (let i = 0; i < 1000; i += 1) {
    cache.set(`key ${i}`, embedding(4096));
    expect(cache.stats().bytes).toBeLessThanOrEqual(MIB);
    expect(cache.stats().bytes).toBe(cache.stats().size * one);
  }
  expect(cache.stats().size).toBeGreaterThan((MIB / one) * 0.8);
  expect(cache.get("key 999")).toBeDefined();
  expect(cache.get("key 0")).toBeUndefined();
  keep(cache, 10);
  expect(cache.get("key 9")).toBeDefined();
});

it("does not keep a vector that is larger than all its memory, and keeps the others", () => {
  const cache = new VectorCache({ maxSize: 10, maxBytes: 5000 });
  keep(cache, 3);
  cache.set("huge", embedding(5000));
  expect(cache.get("huge")).toBeUndefined();
  expect(cache.stats().size).toBe(3);
});

it("of size 1 keeps the last", () => {
  const cache = new VectorCache({ maxSize: 1, maxBytes: MIB });
  keep(cache, 5);
  expect(cache.get("key 4")).toBeDefined();
});
