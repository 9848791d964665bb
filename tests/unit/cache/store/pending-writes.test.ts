import { describe, expect, it } from "vitest";
import type { CacheEntry } from "../../../../src/cache/response-cache.ts";
import { PendingWrites } from "../../../../src/cache/store/pending-writes.ts";

const entryOf = (id: number, { tenant = "acme", model = "m:latest", bytes = 100 } = {}) =>
  ({
    id,
    question: { space: "s", text: `question ${id}`, tenant, model, isSampled: false },
    answer: { id },
    tookMs: 1,
    storedAt: id,
    bytes,
  }) satisfies CacheEntry;
const VECTOR = { model: "digest", bytes: new Uint8Array(8) };
const NOTHING = { answers: [], vectors: [], uses: [], removed: [] };

const setUp = (limits = {}) =>
  new PendingWrites({ maxBytes: 10_000, batchChanges: 3, batchBytes: 1000, ...limits });
const idsIn = (pending: PendingWrites): number[] => pending.take().answers.map(({ id }) => id);

describe("PendingWrites", () => {
  it("puts together what belongs to an entry", () => {
    const pending = setUp();
    pending.put(entryOf(1));
    pending.vector(1, VECTOR);
    pending.use(1, 10);
    pending.use(1, 20);
    expect(pending.size).toBe(1);
    expect(pending.take()).toEqual({
      answers: [
        {
          id: 1,
          tenant: "acme",
          model: "m:latest",
          storedAt: 1,
          tookMs: 1,
          json: JSON.stringify({ question: entryOf(1).question, answer: { id: 1 } }),
        },
      ],
      vectors: [{ id: 1, vector: VECTOR }],
      uses: [{ id: 1, usedAt: 20 }],
      removed: [],
    });
    expect([pending.size, pending.take()]).toEqual([0, NOTHING]);
  });

  it("never writes what is removed before", () => {
    const pending = setUp();
    pending.put(entryOf(1));
    pending.vector(1, VECTOR);
    pending.remove(1);
    expect([pending.size, pending.take()]).toEqual([0, NOTHING]);
  });

  it("removes what may be on disk, whatever was to be written of it", () => {
    const pending = setUp();
    pending.use(1, 10);
    pending.remove(1);
    pending.vector(1, VECTOR);
    expect(pending.take()).toEqual({ ...NOTHING, removed: [1] });
  });

  it("makes batches of so many changes and so many bytes, oldest first", () => {
    const pending = setUp();
    for (const id of [1, 2]) pending.put(entryOf(id));
    expect(pending.isLarge).toBe(false);
    for (const id of [3, 4]) pending.put(entryOf(id));
    expect(pending.isLarge).toBe(true);
    expect([idsIn(pending), idsIn(pending)]).toEqual([[1, 2, 3], [4]]);
    pending.put(entryOf(5, { bytes: 5000 }));
    expect(pending.isLarge).toBe(true);
    pending.put(entryOf(6));
    expect([idsIn(pending), idsIn(pending)]).toEqual([[5], [6]]);
  });

  it("gives up the oldest when too much waits, and counts it", () => {
    const pending = setUp();
    for (const id of [1, 2, 3, 4, 5]) pending.put(entryOf(id, { bytes: 2400 }));
    expect([pending.lost, pending.size]).toEqual([1, 4]);
    pending.put(entryOf(6, { bytes: 20_000 }));
    expect([pending.lost, pending.size]).toEqual([6, 0]);
  });

  it.each([
    [{}, []],
    [{ tenant: "acme" }, [2]],
    [{ model: "n:latest" }, [1, 2]],
    [{ tenant: "acme", model: "m:latest" }, [2, 3]],
  ])("does not write what is dropped: %j", (which, left) => {
    const pending = setUp();
    pending.put(entryOf(1));
    pending.put(entryOf(2, { tenant: "other" }));
    pending.put(entryOf(3, { model: "n:latest" }));
    pending.drop(which);
    expect(idsIn(pending)).toEqual(left);
  });
});
