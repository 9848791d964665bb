import { describe, expect, it } from "vitest";
import type { Question } from "../../../src/cache/question.ts";
import {
  ResponseCache,
  type CacheEntry,
  type SavedEntry,
} from "../../../src/cache/response-cache.ts";

const question = (text: string, more: Partial<Question> = {}): Question => ({
  space: "s",
  text,
  tenant: "acme",
  model: "m:latest",
  isSampled: false,
  ...more,
});
const answer = (content: string) => ({ message: { role: "assistant", content }, done: true });

function setUp({
  now = 1000,
  ...limits
}: Partial<{
  maxEntries: number;
  maxBytes: number;
  now: number;
  normalise: (text: string) => string;
}> = {}) {
  const clock = { now };
  const told: string[] = [];
  const tell =
    (what: string) =>
    ({ question }: CacheEntry): void =>
      void told.push(`${what} ${question.text}`);
  const cache = new ResponseCache({
    maxEntries: 100,
    maxBytes: 1_000_000,
    ttlMs: 60_000,
    normalise: (text) => text.toLowerCase(),
    onStore: tell("store"),
    onUse: tell("use"),
    onRemove: tell("remove"),
    now: () => clock.now,
    ...limits,
  });
  const says = (text: string): unknown => cache.find(question(text))?.entry.answer;
  return { cache, clock, told, says };
}

/** An entry as an earlier start has left it. */
const saved = (id: number, text: string, more: Partial<SavedEntry> = {}): SavedEntry => ({
  id,
  question: question(text),
  answer: answer(`old ${text}`),
  tookMs: 5,
  storedAt: 900,
  ...more,
});

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

  it("counts a text as it was written, however short it is found by", () => {
    const { cache } = setUp({ normalise: (text) => text.trim() });
    cache.store(question("a"), answer("1"), 1);
    const short = cache.bytes;
    cache.store(question(`a${" ".repeat(1000)}`), answer("1"), 1);
    expect([cache.size, cache.bytes - short]).toEqual([1, 1000]);
  });

  it("has no answer that is younger than new when the clock is set back", () => {
    const { cache, clock } = setUp();
    cache.store(question("a"), answer("1"), 1);
    clock.now -= 500;
    expect(cache.find(question("a"))?.ageMs).toBe(0);
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

it("tells of what is stored, found and let go", () => {
  const { cache, told, clock } = setUp({ maxEntries: 2 });
  cache.store(question("a"), answer("1"), 1);
  cache.find(question("a"));
  cache.store(question("a"), answer("2"), 1);
  cache.store(question("b"), answer("3"), 1);
  cache.store(question("c"), answer("4"), 1);
  clock.now += 60_000;
  cache.find(question("b"));
  cache.drop({});
  expect(told).toEqual([
    "store a",
    "use a",
    "remove a",
    "store a",
    "store b",
    "remove a",
    "store c",
    "remove b",
    "remove c",
  ]);
});

describe("the memory beside an entry's texts", () => {
  it("counts, is replaced, and goes with the entry", () => {
    const { cache } = setUp();
    const entry = cache.store(question("a"), answer("1"), 1);
    if (!entry) throw new Error("it is not kept");
    const before = cache.bytes;
    cache.setVectorBytes(entry, 3000);
    cache.setVectorBytes(entry, 1000);
    expect(cache.bytes).toBe(before + 1000);
    cache.drop({});
    expect(cache.bytes).toBe(0);
    cache.setVectorBytes(entry, 1000);
    expect(cache.bytes).toBe(0);
  });

  it("has its part in the limit", () => {
    const { cache, says } = setUp({ maxBytes: 5000 });
    cache.store(question("a"), answer("1"), 1);
    const entry = cache.store(question("b"), answer("2"), 1);
    if (!entry) throw new Error("it is not kept");
    cache.setVectorBytes(entry, 4300);
    expect([says("a"), says("b")]).toEqual([undefined, answer("2")]);
    cache.setVectorBytes(entry, 6000);
    expect([cache.size, cache.bytes]).toEqual([0, 0]);
  });
});

describe("entries of an earlier start", () => {
  it("are found again, with what is known of them", () => {
    const { cache, told } = setUp();
    cache.beginRestore();
    const entries = cache.restore([saved(7, "a")]);
    cache.endRestore();
    expect(entries).toMatchObject([{ id: 7, tookMs: 5, storedAt: 900 }]);
    expect(told).toEqual([]);
    expect(cache.find(question("A"))).toEqual({ entry: entries[0], ageMs: 100 });
    const fresh = setUp();
    fresh.cache.store(question("a"), answer("old a"), 5);
    expect(cache.bytes).toBe(fresh.cache.bytes);
  });

  it("stay away when their time is over, or has not come", () => {
    const { cache, clock } = setUp();
    clock.now = 100_000;
    const over = saved(1, "a", { storedAt: 40_000 });
    const future = saved(2, "b", { storedAt: 100_001 });
    const last = saved(3, "c", { storedAt: 40_001 });
    expect(cache.restore([over, future, last]).map(({ id }) => id)).toEqual([3]);
  });

  it("give way to newer answers, stored or restored", () => {
    const { cache, says } = setUp();
    cache.beginRestore();
    cache.store(question("a"), answer("new"), 1);
    expect(cache.restore([saved(1, "A")])).toEqual([]);
    cache.restore([saved(2, "b", { answer: answer("2"), storedAt: 800 })]);
    cache.restore([saved(3, "b", { answer: answer("3"), storedAt: 900 })]);
    expect(cache.restore([saved(4, "b", { answer: answer("4"), storedAt: 850 })])).toEqual([]);
    expect([says("a"), says("b"), cache.size]).toEqual([answer("new"), answer("3"), 2]);
  });

  it("count as used before what this start has used", () => {
    const { cache, says } = setUp({ maxEntries: 4 });
    cache.beginRestore();
    cache.store(question("new"), answer("1"), 1);
    cache.restore([saved(1, "a"), saved(2, "b")]);
    says("a");
    cache.restore([saved(3, "c"), saved(4, "d"), saved(5, "e")]);
    cache.endRestore();
    expect(["b", "c", "d", "e", "a", "new"].filter((text) => says(text))).toEqual([
      "d",
      "e",
      "a",
      "new",
    ]);
  });

  it("that do not fit any more are told of", () => {
    const { cache, told } = setUp({ maxEntries: 2 });
    const kept = cache.restore([saved(1, "a"), saved(2, "b"), saved(3, "c")]);
    expect(kept.map(({ id }) => id)).toEqual([2, 3]);
    expect(told).toEqual(["remove a"]);
    const small = setUp({ maxBytes: 1000 });
    expect(small.cache.restore([saved(1, "x".repeat(1000))])).toEqual([]);
  });

  it("keep their numbers, which no later entry has", () => {
    const [first, second] = [setUp(), setUp({ now: 1001 })];
    const one = first.cache.store(question("a"), answer("1"), 1);
    const two = second.cache.store(question("a"), answer("1"), 1);
    expect(two?.id).toBeGreaterThan((one?.id ?? 0) + 100);
    second.cache.restore([saved(9_000_000_000, "b")]);
    expect(second.cache.store(question("c"), answer("1"), 1)?.id).toBe(9_000_000_001);
  });
});
