import type { Signal } from "../../../src/runtime/light-signal.ts";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { TextVector } from "../../../src/cache/similar-questions.ts";
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

describe("SimilarQuestions", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => {
    vi.useRealTimers();
  });

  it("finds the same question in other words, and says how near it is", async () => {
    const { similar, add, faults } = setUp();
    expect(similar.canLookUp(question(WHY_BLUE))).toBe(false);
    const entry = await add(7, BLUE);
    expect(similar.canLookUp(question(WHY_BLUE))).toBe(true);
    expect(await similar.find(question(WHY_BLUE))).toEqual({ entry, similarity: 0.97 });
    expect(faults).toEqual([]);
  });

  it("does not take what the judge refuses, and counts its rule", async () => {
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

  it("is not asked about what the judge can say nothing of", async () => {
    const { similar, add } = setUp();
    await add(1, "Pourquoi le ciel est-il bleu ?");
    expect(similar.canLookUp(question(WHY_BLUE))).toBe(false);
    await add(2, BLUE);
    for (const text of ["", "空はなぜ青いの", "😀", "why ".repeat(5000)]) {
      expect(similar.canLookUp(question(text)), text.slice(0, 20)).toBe(false);
    }
  });

  it("forgets an entry, and the space with its last one", async () => {
    const { similar, add, thread } = setUp();
    const [one, two] = [await add(1, BLUE), await add(2, "Why is grass green in spring?")];
    similar.remove(one);
    expect(await similar.find(question(WHY_BLUE))).toBeUndefined();
    similar.remove(two);
    similar.remove(two);
    expect(similar.canLookUp(question(WHY_BLUE))).toBe(false);
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
    expect(similar.canLookUp(question(WHY_BLUE))).toBe(true);
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
    expect(similar.canLookUp(question(WHY_BLUE))).toBe(false);
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
    expect(similar.canLookUp(question(WHY_BLUE))).toBe(false);
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
