import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { question, entryOf, BLUE, WHY_BLUE, vector, setUp } from "./similar-questions-set-up.ts";

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
    expect(similar.canLookUp(question(WHY_BLUE))).toBe(true);
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
    expect(similar.canLookUp(question(WHY_BLUE))).toBe(false);
    expect(faults).toHaveLength(1);
  });
});
