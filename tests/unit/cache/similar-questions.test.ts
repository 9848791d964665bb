import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CacheCounts } from "../../../src/cache/cache-counts.ts";
import type { Question } from "../../../src/cache/question.ts";
import type { CacheEntry } from "../../../src/cache/response-cache.ts";
import { SimilarQuestions } from "../../../src/cache/similar-questions.ts";

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
  similarity = 0.97;

  async add(space: string, id: number) {
    const ids = this.spaces.get(space);
    if (!ids) return { ok: false as const, reason: "unknown_space" as const };
    ids.add(id);
    return { ok: true as const };
  }

  async load(space: string, ids: number[]) {
    this.spaces.set(space, new Set(ids));
    return { ok: true as const };
  }

  async remove(space: string, ids: number[]) {
    for (const id of ids) this.spaces.get(space)?.delete(id);
    return { ok: true as const };
  }

  async drop(space: string) {
    this.spaces.delete(space);
    return { ok: true as const };
  }

  async search(space: string) {
    const ids = this.spaces.get(space);
    if (!ids) return { ok: false as const, reason: "unknown_space" as const };
    const matches = [...ids].map((id) => ({ id, similarity: this.similarity }));
    return { ok: true as const, matches };
  }
}

function setUp(vectorOf: () => Promise<Float32Array> = async () => new Float32Array([0.6, 0.8])) {
  const thread = new Thread();
  const counts = new CacheCounts();
  const faults: unknown[] = [];
  const similar = new SimilarQuestions({
    vectorOf,
    thread,
    counts,
    threshold: 0.95,
    onFault: (err) => faults.push(err),
  });
  const add = async (id: number, text: string): Promise<CacheEntry> => {
    const entry = entryOf(id, text);
    similar.add(entry);
    await vi.advanceTimersByTimeAsync(0);
    return entry;
  };
  return { similar, thread, counts, faults, add };
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
    expect(counts.stats().refused).toEqual({ negation: 1 });
  });

  it("goes on to the next candidate when the nearest is refused", async () => {
    const { similar, add } = setUp();
    await add(1, "Why is the sky never blue?");
    const entry = await add(2, BLUE);
    expect(await similar.find(question(WHY_BLUE))).toEqual({ entry, similarity: 0.97 });
  });

  it("is not asked about what the guard can say nothing of", async () => {
    const { similar, add, thread } = setUp();
    await add(1, "Pourquoi le ciel est-il bleu ?");
    expect(thread.spaces.size).toBe(0);
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
    thread.spaces.clear();
    expect(await similar.find(question(WHY_BLUE))).toEqual({ entry, similarity: 0.97 });
    expect(thread.spaces.get(SPACE)).toEqual(new Set([1, 2]));
    thread.spaces.clear();
    await add(3, "Why is snow white and not blue?");
    expect(thread.spaces.get(SPACE)).toEqual(new Set([1, 2, 3]));
  });

  it("gives a lookup up that takes longer than 300 ms", async () => {
    const { similar, add, counts, faults } = setUp();
    await add(1, BLUE);
    const slow = setUp(
      () => new Promise((resolve) => setTimeout(resolve, 301, new Float32Array([1, 0]))),
    );
    expect(await similar.find(question(WHY_BLUE))).toBeDefined();
    const looking = slow.similar.find(question(WHY_BLUE));
    await vi.advanceTimersByTimeAsync(301);
    expect(await looking).toBeUndefined();
    expect(slow.counts.stats().not_compared).toEqual({ slow: 1 });
    expect([slow.faults, faults, counts.stats().not_compared]).toEqual([[], [], {}]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("finds nothing without an embedding model, and says why", async () => {
    const gone = new Error("model 'all-minilm' not found");
    const { similar, add, counts, faults } = setUp(() => Promise.reject(gone));
    await add(1, BLUE);
    expect(await similar.find(question(WHY_BLUE))).toBeUndefined();
    expect(counts.stats().not_compared).toEqual({ failed: 1 });
    expect(faults).toEqual([gone, gone]);
  });
});
