import { describe, expect, it } from "vitest";
import type { Question } from "../../../src/cache/question.ts";
import { ResponseCache } from "../../../src/cache/response-cache.ts";

const question = (text: string, more: Partial<Question> = {}): Question => ({
  space: "s",
  text,
  tenant: "acme",
  model: "m:latest",
  isSampled: false,
  ...more,
});
const answer = (content: string) => ({ message: { role: "assistant", content }, done: true });

function setUp(limits: Partial<{ maxEntries: number; maxBytes: number }> = {}) {
  const clock = { now: 1000 };
  const cache = new ResponseCache({
    maxEntries: 100,
    maxBytes: 1_000_000,
    ttlMs: 60_000,
    normalise: (text) => text.toLowerCase(),
    now: () => clock.now,
    ...limits,
  });
  const says = (text: string): unknown => cache.find(question(text))?.entry.answer;
  return { cache, clock, says };
}

describe("ResponseCache", () => {
  it("finds an answer under the normalised text, with its age", () => {
    const { cache, clock } = setUp();
    cache.store(question("Why?"), answer("so"), 1500);
    clock.now += 2500;
    const found = cache.find(question("WHY?"));
    expect(found).toMatchObject({ ageMs: 2500, entry: { answer: answer("so"), tookMs: 1500 } });
    expect(cache.find(question("WHY?", { space: "t" }))).toBeUndefined();
  });

  it("forgets an answer whose time is over; being found does not lengthen it", () => {
    const { cache, clock, says } = setUp();
    cache.store(question("a"), answer("1"), 1);
    clock.now += 59_999;
    expect(says("a")).toEqual(answer("1"));
    clock.now += 1;
    expect(says("a")).toBeUndefined();
    expect([cache.size, cache.bytes]).toEqual([0, 0]);
  });

  it("keeps as many as it may, and lets go what was not asked for longest", () => {
    const { cache, says } = setUp({ maxEntries: 2 });
    cache.store(question("a"), answer("1"), 1);
    cache.store(question("b"), answer("2"), 1);
    expect(says("a")).toEqual(answer("1"));
    cache.store(question("c"), answer("3"), 1);
    expect([says("a"), says("b"), says("c")]).toEqual([answer("1"), undefined, answer("3")]);
  });

  it("keeps within its bytes; what is larger than all of them is not kept", () => {
    const { cache, says } = setUp({ maxBytes: 1500 });
    cache.store(question("a"), answer("x".repeat(500)), 1);
    const one = cache.bytes;
    cache.store(question("b"), answer("y".repeat(500)), 1);
    expect(cache.bytes).toBeLessThanOrEqual(1500);
    expect([says("a"), cache.size, cache.bytes]).toEqual([undefined, 1, one]);
    cache.store(question("b"), answer("z".repeat(5000)), 1);
    expect([says("b"), cache.size, cache.bytes]).toEqual([undefined, 0, 0]);
  });

  it("counts bytes, not characters", () => {
    const { cache } = setUp();
    cache.store(question("a"), answer("x".repeat(100)), 1);
    const ascii = cache.bytes;
    cache.store(question("a"), answer("語".repeat(100)), 1);
    expect(cache.bytes - ascii).toBe(200);
  });

  it("has one answer to a question, the newest", () => {
    const { cache, says } = setUp();
    cache.store(question("a"), answer("1"), 1);
    cache.store(question("A"), answer("2"), 1);
    expect([says("a"), cache.size]).toEqual([answer("2"), 1]);
  });

  it.each([
    [{}, 3],
    [{ model: "m:latest" }, 2],
    [{ tenant: "other" }, 1],
    [{ model: "m:latest", tenant: "other" }, 0],
    [{ tenant: "nobody" }, 0],
  ])("forgets on demand: %j", (which, count) => {
    const { cache } = setUp();
    cache.store(question("a"), answer("1"), 1);
    cache.store(question("b"), answer("2"), 1);
    cache.store(question("c", { model: "n:latest", tenant: "other" }), answer("3"), 1);
    expect([cache.drop(which), cache.size]).toEqual([count, 3 - count]);
  });
});
