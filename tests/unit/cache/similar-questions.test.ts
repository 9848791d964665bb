import type { Signal } from "../../../src/runtime/light-signal.ts";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CacheCounts } from "../../../src/cache/cache-counts.ts";
import type { Question } from "../../../src/cache/question.ts";
import type { CacheEntry } from "../../../src/cache/response-cache.ts";
import { SimilarQuestions, type TextVector } from "../../../src/cache/similar-questions.ts";
import { deferred } from "../../../src/runtime/deferred.ts";

const SPACE = "space";
const question = (text: string): Question => ({
  space: SPACE,
  text,
  tenant: "acme",
  model: "m:latest",
  isSampled: false,
});
const entryOf = (id: number, text: string): CacheEntry => ({
  id,
  question: question(text),
  answer: { id },
  tookMs: 1,
  storedAt: 0,
  bytes: 1,
});

const BLUE = "Why is the sky blue?";
const WHY_BLUE = "Could you tell me why the sky is blue?";

/** A thread that holds ids only: every vector is as near to every other as the test says. */
class Thread {
  readonly spaces = new Map<string, Set<number>>();
  readonly unfinished = new Map<string, number[]>();
  /** How many entries each part of a load had. */
  readonly parts: number[] = [];
  similarity = 0.97;
  /** Answers wait for this. */
  gate: Promise<void> | undefined;

  async add(space: string, id: number) {
    const ids = this.spaces.get(space);
    if (!ids) return UNKNOWN;
    ids.add(id);
    return OK;
  }

  async load(space: string, ids: number[], vectors: Float32Array, { more = false } = {}) {
    expect(vectors).toHaveLength(ids.length * 2);
    this.parts.push(ids.length);
    const all = [...(this.unfinished.get(space) ?? []), ...ids];
    this.unfinished.delete(space);
    if (more) this.unfinished.set(space, all);
    else this.spaces.set(space, new Set(all));
    await this.gate;
    return OK;
  }

  async remove(space: string, ids: number[]) {
    for (const id of ids) this.spaces.get(space)?.delete(id);
    return OK;
  }

  async drop(space: string) {
    this.spaces.delete(space);
    this.unfinished.delete(space);
    return OK;
  }

  async search(space: string, _vector: Float32Array, { count }: { count: number }) {
    await this.gate;
    const ids = this.spaces.get(space);
    if (!ids) return UNKNOWN;
    const matches = [...ids].map((id) => ({ id, similarity: this.similarity })).slice(0, count);
    return { ok: true as const, matches };
  }
}

const OK = { ok: true as const };
const UNKNOWN = { ok: false as const, reason: "unknown_space" as const };
const MODEL = "digest of today";
const vector = (...values: number[]) => ({ values: new Float32Array(values), model: MODEL });

type VectorOf = (text: string, tenant: string, signal: Signal) => Promise<TextVector>;

function setUp(vectorOf: VectorOf = async () => vector(0.6, 0.8)) {
  const thread = new Thread();
  const counts = new CacheCounts();
  const faults: unknown[] = [];
  const made: number[] = [];
  const weights = new Map<number, number>();
  const similar = new SimilarQuestions({
    vectorOf,
    thread,
    counts,
    threshold: 0.95,
    onVector: ({ id }) => made.push(id),
    weigh: ({ id }, bytes) => void weights.set(id, bytes),
    onFault: (err) => faults.push(err),
  });
  const add = async (id: number, text: string): Promise<CacheEntry> => {
    const entry = entryOf(id, text);
    similar.add(entry);
    await vi.advanceTimersByTimeAsync(0);
    return entry;
  };
  return { similar, thread, counts, faults, made, weights, add };
}

describe("SimilarQuestions", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => {
    vi.useRealTimers();
  });

  it("finds the same question in other words, and says how near it is", async () => {
    const { similar, add, faults } = setUp();
    expect(similar.canBeAsked(question(WHY_BLUE))).toBe(false);
    const entry = await add(7, BLUE);
    expect(similar.canBeAsked(question(WHY_BLUE))).toBe(true);
    expect(await similar.find(question(WHY_BLUE))).toEqual({ entry, similarity: 0.97 });
    expect(faults).toEqual([]);
  });

  it("does not take what the guard refuses, and counts its rule", async () => {
    const { similar, add, counts } = setUp();
    await add(7, BLUE);
    expect(await similar.find(question("Why is the sky not blue?"))).toBeUndefined();
    expect(counts.stats().refused).toEqual({ wording: 1 });
  });

  it("goes on to the next candidate when the nearest is refused", async () => {
    const { similar, add } = setUp();
    await add(1, "Why is the sky never blue?");
    const entry = await add(2, BLUE);
    expect(await similar.find(question(WHY_BLUE))).toEqual({ entry, similarity: 0.97 });
  });

  it("is not asked about what the guard can say nothing of", async () => {
    const { similar, add } = setUp();
    await add(1, "Pourquoi le ciel est-il bleu ?");
    expect(similar.canBeAsked(question(WHY_BLUE))).toBe(false);
    await add(2, BLUE);
    for (const text of ["", "空はなぜ青いの", "😀", "why ".repeat(5000)]) {
      expect(similar.canBeAsked(question(text)), text.slice(0, 20)).toBe(false);
    }
  });

  it("forgets an entry, and the space with its last one", async () => {
    const { similar, add, thread } = setUp();
    const [one, two] = [await add(1, BLUE), await add(2, "Why is grass green in spring?")];
    similar.remove(one);
    expect(await similar.find(question(WHY_BLUE))).toBeUndefined();
    similar.remove(two);
    similar.remove(two);
    expect(similar.canBeAsked(question(WHY_BLUE))).toBe(false);
    expect(thread.spaces.size).toBe(0);
  });

  it("gives a thread that was lost all vectors again", async () => {
    const { similar, add, thread } = setUp();
    const entry = await add(1, BLUE);
    await add(2, "Why is grass green in spring?");
    expect(await similar.find(question(WHY_BLUE))).toBeDefined();
    thread.spaces.clear();
    expect(await similar.find(question(WHY_BLUE))).toEqual({ entry, similarity: 0.97 });
    expect(thread.spaces.get(SPACE)).toEqual(new Set([1, 2]));
    thread.spaces.clear();
    await add(3, "Why is snow white and not blue?");
    expect(thread.spaces.get(SPACE)).toEqual(new Set([1, 2, 3]));
  });

  it("gives a lookup up that takes longer than 300 ms", async () => {
    let tookMs = 0;
    const { similar, add, counts, faults } = setUp(
      () => new Promise((resolve) => setTimeout(resolve, tookMs, vector(1, 0))),
    );
    await add(1, BLUE);
    const found = similar.find(question(WHY_BLUE));
    await vi.advanceTimersByTimeAsync(0);
    expect(await found).toBeDefined();
    tookMs = 301;
    const looking = similar.find(question(WHY_BLUE));
    await vi.advanceTimersByTimeAsync(301);
    expect(await looking).toBeUndefined();
    expect([faults, counts.stats().not_compared]).toEqual([[], { slow: 1 }]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("holds up one question only for an embedding model that loads, and compares again when it has", async () => {
    const loaded = deferred<TextVector>();
    let isLoaded = false;
    const { similar, counts, faults } = setUp(() =>
      isLoaded ? Promise.resolve(vector(0.6, 0.8)) : loaded.promise,
    );
    const entry = entryOf(1, BLUE);
    similar.restore(entry, vector(0.6, 0.8));
    const looking = similar.find(question(WHY_BLUE));
    await vi.advanceTimersByTimeAsync(300);
    expect(await looking).toBeUndefined();
    expect(await similar.find(question(WHY_BLUE)), "at once").toBeUndefined();
    expect(counts.stats().not_compared).toEqual({ slow: 1, busy: 1 });
    isLoaded = true;
    loaded.resolve(vector(0.6, 0.8));
    await vi.advanceTimersByTimeAsync(0);
    expect(await similar.find(question(WHY_BLUE))).toMatchObject({ entry });
    expect(faults).toEqual([]);
  });

  it("calls a vector off that does not come, and tries again", async () => {
    const signals: Signal[] = [];
    const { similar, counts } = setUp(
      (_text, _tenant, signal) =>
        new Promise<never>((_resolve, reject) => {
          signals.push(signal);
          signal.addEventListener("abort", () => reject(signal.reason));
        }),
    );
    similar.restore(entryOf(1, BLUE), vector(0.6, 0.8));
    for (const round of [1, 2]) {
      const looking = similar.find(question(WHY_BLUE));
      await vi.advanceTimersByTimeAsync(300);
      expect(await looking).toBeUndefined();
      await vi.advanceTimersByTimeAsync(2700);
      expect(signals.map(({ aborted }) => aborted)).toEqual(Array(round).fill(true));
    }
    expect(counts.stats().not_compared).toEqual({ slow: 2 });
    expect(vi.getTimerCount()).toBe(0);
  });

  it("compares with an answer whose vector is still being made", async () => {
    const first = deferred<TextVector>();
    const { similar, add } = setUp((text) =>
      text === BLUE ? first.promise : Promise.resolve(vector(0.6, 0.8)),
    );
    const entry = await add(1, BLUE);
    expect(similar.canBeAsked(question(WHY_BLUE))).toBe(true);
    const looking = similar.find(question(WHY_BLUE));
    await vi.advanceTimersByTimeAsync(0);
    first.resolve(vector(0.6, 0.8));
    expect(await looking).toEqual({ entry, similarity: 0.97 });
  });

  it("compares with an answer whose vector could not be made no longer than that takes", async () => {
    const { similar, add, counts, faults } = setUp((text) =>
      text === BLUE ? Promise.reject(new Error("refused")) : Promise.resolve(vector(0.6, 0.8)),
    );
    const adding = add(1, BLUE);
    expect(await similar.find(question(WHY_BLUE))).toBeUndefined();
    await adding;
    expect(similar.canBeAsked(question(WHY_BLUE))).toBe(false);
    expect([faults.length, counts.stats().not_compared]).toEqual([1, {}]);
  });

  it("finds nothing without an embedding model, and says why", async () => {
    const gone = new Error("model 'all-minilm' not found");
    const { similar, add, counts, faults } = setUp(() => Promise.reject(gone));
    await add(1, BLUE);
    expect(await similar.find(question(WHY_BLUE))).toBeUndefined();
    expect(counts.stats().not_compared).toEqual({ failed: 1 });
    expect(faults).toEqual([gone, gone]);
  });

  it("gives a lookup up at its limit although the thread does not answer", async () => {
    const { similar, add, thread, counts } = setUp();
    const gate = deferred<void>();
    thread.gate = gate.promise;
    await add(1, BLUE);
    const looking = similar.find(question(WHY_BLUE));
    await vi.advanceTimersByTimeAsync(300);
    expect(await looking).toBeUndefined();
    expect(counts.stats().not_compared).toEqual({ slow: 1 });
    gate.resolve();
    expect(await similar.find(question(WHY_BLUE))).toBeDefined();
    expect(thread.parts).toEqual([1]);
  });

  it("does not take up an entry that is removed while its vector is being made", async () => {
    const { promise, resolve } = deferred<TextVector>();
    const { similar, add, made, weights, faults } = setUp(() => promise);
    const entry = await add(1, BLUE);
    similar.remove(entry);
    resolve(vector(0.6, 0.8));
    await vi.advanceTimersByTimeAsync(0);
    expect(similar.canBeAsked(question(WHY_BLUE))).toBe(false);
    expect([made, [...weights], faults]).toEqual([[], [], []]);
  });

  it("weighs what it holds: a vector here, one at the thread, and some more", async () => {
    const { add, made, weights } = setUp();
    await add(1, BLUE);
    expect([made, [...weights]]).toEqual([[1], [[1, 2 * 8 + 300]]]);
  });

  it.each([
    ["with a number that is none", [Number.NaN, 1]],
    ["with an infinite number", [Infinity, 1]],
    ["without direction", [0, 0]],
    ["without numbers", []],
    ["of another length", [1, 0, 0]],
  ])("takes no vector %s, neither to keep nor to look up", async (_what, bad) => {
    const vectors = [vector(0.6, 0.8), vector(...bad), vector(...bad)];
    const { similar, add, thread, faults, counts, made } = setUp(async () => {
      const next = vectors.shift();
      return next ?? vector(0.6, 0.8);
    });
    const entry = await add(1, BLUE);
    await add(2, "Why is grass green in spring?");
    expect(await similar.find(question(WHY_BLUE))).toBeUndefined();
    expect(counts.stats().not_compared).toEqual({ failed: 1 });
    expect(faults).toHaveLength(2);
    expect(made).toEqual([1]);
    // What is there is found as before.
    expect(await similar.find(question(WHY_BLUE))).toEqual({ entry, similarity: 0.97 });
    expect(thread.spaces.get(SPACE)).toEqual(new Set([1]));
  });
});

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

describe("an entry of an earlier start", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => {
    vi.useRealTimers();
  });

  it("is found by the vector that it came with", async () => {
    const texts: string[] = [];
    const { similar, made, weights } = setUp(async (text) => {
      texts.push(text);
      return vector(0.6, 0.8);
    });
    const entry = entryOf(1, BLUE);
    similar.restore(entry, vector(0.6, 0.8));
    expect(await similar.find(question(WHY_BLUE))).toEqual({ entry, similarity: 0.97 });
    expect([texts, made, weights.size]).toEqual([[WHY_BLUE], [], 1]);
  });

  it("gets a vector when it has none of today's model, once the model works", async () => {
    const texts: string[] = [];
    const { similar, made, weights, add } = setUp(async (text) => {
      texts.push(text);
      return vector(0.6, 0.8);
    });
    const old = { values: new Float32Array([1, 0, 0]), model: "digest of yesterday" };
    const entry = entryOf(1, BLUE);
    similar.restore(entry, old);
    similar.restore(entryOf(2, "Why is grass green in spring?"), undefined);
    expect([...weights]).toEqual([[1, 2 * 12 + 300]]);
    await add(3, "Why is snow white?");
    await vi.advanceTimersByTimeAsync(0);
    expect(texts).toEqual(["Why is snow white?", "Why is grass green in spring?", BLUE]);
    expect(made).toEqual([3, 2, 1]);
    expect(weights.get(1)).toBe(2 * 8 + 300);
    expect(await similar.find(question(WHY_BLUE))).toEqual({ entry, similarity: 0.97 });
  });

  it("is compared with the first question although it has no vector yet", async () => {
    const { similar, made } = setUp();
    const entry = entryOf(1, BLUE);
    similar.restore(entryOf(2, "Why is grass green in spring?"), undefined);
    similar.restore(entry, undefined);
    expect(similar.canBeAsked(question(WHY_BLUE))).toBe(true);
    expect(await similar.find(question(WHY_BLUE))).toMatchObject({ entry });
    expect(new Set(made)).toEqual(new Set([1, 2]));
  });

  it("waits for its vector until the model works again", async () => {
    let isAway = true;
    const { similar, made, add, faults } = setUp(async () => {
      if (isAway) throw new Error("away");
      return vector(0.6, 0.8);
    });
    similar.restore(entryOf(1, BLUE), undefined);
    await add(2, "Why is snow white?");
    expect([made, faults.length]).toEqual([[], 1]);
    isAway = false;
    await add(3, "Why is grass green in spring?");
    await vi.advanceTimersByTimeAsync(0);
    expect(made).toEqual([3, 1]);
  });

  it("is not taken up after it was removed", async () => {
    const { similar, made, add } = setUp();
    const entry = entryOf(1, BLUE);
    similar.restore(entry, undefined);
    similar.remove(entry);
    await add(2, "Why is snow white?");
    await vi.advanceTimersByTimeAsync(0);
    expect(made).toEqual([2]);
  });

  it("with a vector that is none is found by the same words only", async () => {
    const { similar, faults } = setUp();
    similar.restore(entryOf(1, BLUE), vector(Number.NaN, 1));
    expect(similar.canBeAsked(question(WHY_BLUE))).toBe(false);
    expect(faults).toHaveLength(1);
  });
});
