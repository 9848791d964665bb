import { describe, expect, it } from "vitest";
import { SCANNED_UP_TO, Space } from "../../../../workers/similarity/space.ts";
import { nearestRows, randomVectors, rowOf } from "../../../support/vectors.ts";

const DIMENSIONS = 16;
const vectorOf = (seed: number): Float32Array => randomVectors(1, DIMENSIONS, seed);
const idsTo = (count: number): number[] => Array.from({ length: count }, (_, id) => id);

/** A space of so many random entries, and their vectors. */
function spaceOf(count: number): { space: Space; vectors: Float32Array } {
  const vectors = randomVectors(count, DIMENSIONS, 100);
  const space = new Space();
  expect(space.add(idsTo(count), vectors.slice())).toBe(true);
  return { space, vectors };
}

function indexAll(space: Space): void {
  while (space.indexOne());
}

const idsOf = (space: Space, vector: Float32Array, count: number, atLeast = -1): number[] =>
  (space.search(vector.slice(), count, atLeast) ?? []).map(({ id }) => id);

const rowsOf = (vectors: Float32Array, query: Float32Array, count: number): number[] =>
  nearestRows(vectors, query)
    .slice(0, count)
    .map(({ row }) => row);

describe("a small space", () => {
  it("finds exactly what the naive computation finds", () => {
    const { space, vectors } = spaceOf(500);
    for (const seed of [1, 2, 3]) {
      const query = vectorOf(seed);
      const naive = nearestRows(vectors, query).slice(0, 10);
      const matches = space.search(query.slice(), 10, -1) ?? [];
      expect(matches.map(({ id }) => id)).toEqual(naive.map(({ row }) => row));
      for (const [i, { similarity }] of matches.entries()) {
        expect(similarity).toBeCloseTo(naive[i]?.similarity ?? 0, 5);
      }
    }
  });

  it("gives no more than are asked for, none below the least, and all when there are few", () => {
    const { space, vectors } = spaceOf(20);
    const query = vectorOf(7);
    const near = nearestRows(vectors, query).filter(({ similarity }) => similarity >= 0.2);
    expect(idsOf(space, query, 3)).toHaveLength(3);
    expect(idsOf(space, query, 0)).toEqual([]);
    expect(idsOf(space, query, 100)).toHaveLength(20);
    expect(idsOf(space, query, 100, 0.2)).toEqual(near.map(({ row }) => row));
    expect(idsOf(space, query, 100, 1.1)).toEqual([]);
  });

  it("finds an entry by its new vector once that was changed", () => {
    const { space, vectors } = spaceOf(20);
    const vector = vectorOf(9);
    expect(space.add([5], vector.slice())).toBe(true);
    expect(space.size).toBe(20);
    expect(space.search(vector, 1, -1)?.[0]).toMatchObject({ id: 5 });
    expect(idsOf(space, rowOf(vectors, 5, DIMENSIONS), 1)).not.toEqual([5]);
  });

  it("forgets what is removed, wherever it stands, and keeps the others", () => {
    const { space, vectors } = spaceOf(200);
    const removed = new Set(idsTo(200).filter((id) => id % 3 !== 1));
    for (const id of removed) space.remove(id);
    space.remove(999_999);
    expect(space.size).toBe(200 - removed.size);
    for (const id of [1, 100, 199]) {
      expect(idsOf(space, rowOf(vectors, id, DIMENSIONS), 1)).toEqual([id]);
    }
    expect(idsOf(space, vectorOf(3), 200).filter((id) => removed.has(id))).toEqual([]);
  });

  it("keeps the last of two vectors of one id", () => {
    const [a, b] = [vectorOf(1), vectorOf(2)];
    const space = new Space();
    space.add([4, 4], Float32Array.of(...a, ...b));
    expect(space.size).toBe(1);
    expect(space.search(b, 1, 0.999)).toMatchObject([{ id: 4 }]);
  });

  it("once empty takes vectors of any length", () => {
    const { space } = spaceOf(2);
    expect(space.add([3], Float32Array.of(1, 0))).toBe(false);
    space.remove(0);
    space.remove(1);
    expect(space.search(Float32Array.of(1, 0), 5, -1)).toEqual([]);
    expect(space.add([3], Float32Array.of(1, 0))).toBe(true);
    expect(space.search(Float32Array.of(2, 0), 5, -1)).toEqual([{ id: 3, similarity: 1 }]);
  });

  it("takes the largest whole number as an id, in the index too", () => {
    const { space } = spaceOf(SCANNED_UP_TO + 1);
    const vector = vectorOf(77);
    space.add([Number.MAX_SAFE_INTEGER], vector.slice());
    expect(idsOf(space, vector, 1)).toEqual([Number.MAX_SAFE_INTEGER]);
    indexAll(space);
    expect(idsOf(space, vector, 1)).toEqual([Number.MAX_SAFE_INTEGER]);
  });
});

describe("a vector that is none", () => {
  const BAD: [string, Float32Array][] = [
    ["NaN", new Float32Array(DIMENSIONS).fill(Number.NaN)],
    ["one NaN", vectorOf(1).fill(Number.NaN, 3, 4)],
    ["infinity", vectorOf(1).fill(Infinity, 3, 4)],
    ["all zeros", new Float32Array(DIMENSIONS)],
    ["another length", randomVectors(1, DIMENSIONS + 1)],
    ["no length", new Float32Array()],
  ];

  it.each(BAD)("%s is neither added nor searched for", (_what, vector) => {
    for (const count of [10, SCANNED_UP_TO + 1]) {
      const { space, vectors } = spaceOf(count);
      indexAll(space);
      expect(space.add([3], vector.slice())).toBe(false);
      expect(space.search(vector.slice(), 5, -1)).toBeUndefined();
      expect(space.size).toBe(count);
      expect(idsOf(space, rowOf(vectors, 3, DIMENSIONS), 1)).toEqual([3]);
    }
  });

  it.each(BAD)("%s is not loaded among others", (_what, vector) => {
    const good = [...vectorOf(1), ...vectorOf(2)];
    expect(new Space().add([1, 2, 3], Float32Array.of(...good, ...vector))).toBe(false);
  });

  it("cannot stand in for a number of vectors that does not fit the ids", () => {
    expect(new Space().add([], vectorOf(1))).toBe(false);
    expect(new Space().add([1, 2, 3], vectorOf(1))).toBe(false);
    expect(new Space().add([1], new Float32Array())).toBe(false);
    expect(new Space().add([], new Float32Array())).toBe(true);
  });
});

describe("a large space", () => {
  it("is scanned up to a number of entries, and moves to the index with the next", () => {
    const { space, vectors } = spaceOf(SCANNED_UP_TO);
    expect(space.isBehind).toBe(false);
    expect(space.indexOne()).toBe(false);
    const query = vectorOf(5);
    expect(idsOf(space, query, 5)).toEqual(rowsOf(vectors, query, 5));
    space.add([SCANNED_UP_TO], vectorOf(6));
    expect(space.isBehind).toBe(true);
    indexAll(space);
    expect([space.indexed, space.isBehind]).toEqual([SCANNED_UP_TO + 1, false]);
    space.add([SCANNED_UP_TO + 1], vectorOf(7));
    expect([space.indexed, space.isBehind]).toEqual([SCANNED_UP_TO + 1, true]);
  });

  it("finds the nearest at any time while it moves", () => {
    const count = SCANNED_UP_TO + 500;
    const { space, vectors } = spaceOf(count);
    for (let moved = 0; space.indexOne(); moved += 1) {
      if (moved % 500 !== 0) continue;
      const id = (moved * 7) % count;
      expect(idsOf(space, rowOf(vectors, id, DIMENSIONS), 1)).toEqual([id]);
      expect(space.size).toBe(count);
    }
    const found = [1, 2, 3, 4, 5].flatMap((seed) => {
      const query = vectorOf(seed);
      const exact = new Set(rowsOf(vectors, query, 10));
      return idsOf(space, query, 10).filter((id) => exact.has(id));
    });
    expect(found.length).toBeGreaterThanOrEqual(45);
  });

  it("forgets and changes entries in the index as in the rows", () => {
    const { space, vectors } = spaceOf(SCANNED_UP_TO + 1);
    indexAll(space);
    const gone = rowOf(vectors, 8, DIMENSIONS);
    space.remove(8);
    expect(space.size).toBe(SCANNED_UP_TO);
    expect(idsOf(space, gone, 5)).not.toContain(8);
    const vector = vectorOf(55);
    space.add([9], vector.slice());
    expect(space.size).toBe(SCANNED_UP_TO);
    for (const step of ["in the rows", "in the index"]) {
      expect(idsOf(space, vector, 1), step).toEqual([9]);
      expect(idsOf(space, rowOf(vectors, 9, DIMENSIONS), 1), step).not.toEqual([9]);
      indexAll(space);
    }
    space.add([8], gone.slice());
    indexAll(space);
    expect(idsOf(space, gone, 1)).toEqual([8]);
  });

  it("can be emptied, and filled again", () => {
    const { space } = spaceOf(SCANNED_UP_TO + 1);
    indexAll(space);
    for (const id of idsTo(SCANNED_UP_TO + 1)) space.remove(id);
    expect([space.size, space.indexed, space.isBehind]).toEqual([0, 0, false]);
    expect(idsOf(space, vectorOf(1), 5)).toEqual([]);
    space.add([1], vectorOf(1));
    expect(idsOf(space, vectorOf(1), 5)).toEqual([1]);
  });

  it("loses nothing and finds nothing removed however often entries are replaced", () => {
    const count = SCANNED_UP_TO + 1;
    const { space } = spaceOf(count);
    indexAll(space);
    const vectors = new Map<number, Float32Array>();
    let isWornOut = false;
    for (let id = count; !isWornOut; id += 1) {
      const vector = randomVectors(1, DIMENSIONS, id);
      vectors.set(id, vector);
      space.remove(id - count);
      vectors.delete(id - count);
      space.add([id], vector.slice());
      space.indexOne();
      isWornOut = space.isWornOut;
    }
    expect(space.size).toBe(count);
    for (const [id, vector] of [...vectors].filter((_, i) => i % 97 === 0)) {
      expect(idsOf(space, vector, 1)).toEqual([id]);
    }
    const found = idsOf(space, vectorOf(3), 500);
    expect(found).toHaveLength(500);
    expect(found.filter((id) => !vectors.has(id))).toEqual([]);
  });

  it("passes over many removed entries that are nearer", () => {
    const { space } = spaceOf(SCANNED_UP_TO + 1);
    const vector = vectorOf(5);
    const near = (seed: number): Float32Array =>
      vector.map((value, i) => value + (randomVectors(1, DIMENSIONS, seed)[i] ?? 0) * 0.001 * seed);
    for (let i = 1; i <= 300; i += 1) space.add([100_000 + i], near(i));
    indexAll(space);
    for (let i = 1; i < 300; i += 1) space.remove(100_000 + i);
    expect(idsOf(space, vector, 1)).toEqual([100_300]);
  });
});
