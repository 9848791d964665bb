import { expect, it } from "vitest";
import { unitVector } from "../../../../src/vectors/unit-vector.ts";
import { rankDocuments } from "../../../../workers/similarity/rank.ts";
import { nearestRows, randomVectors, rowOf } from "../../../support/vectors.ts";

const unitsOf = (vectors: Float32Array, dimensions: number): Float32Array =>
  Float32Array.from(
    Array.from({ length: vectors.length / dimensions }, (_, row) => [
      ...(unitVector(rowOf(vectors, row, dimensions)) ?? []),
    ]).flat(),
  );

it("ranks as the naive computation does", () => {
  const vectors = randomVectors(300, 48);
  const query = randomVectors(1, 48, 2);
  const naive = nearestRows(vectors, query);
  const input = { query: unitsOf(query, 48), documents: unitsOf(vectors, 48) };
  const ranked = rankDocuments({ ...input, count: 300 });
  expect(ranked.map(({ index }) => index)).toEqual(naive.map(({ row }) => row));
  for (const [i, { score }] of ranked.entries()) {
    expect(score).toBeCloseTo(naive[i]?.similarity ?? 0, 5);
    expect(score).toBe(Number(score.toFixed(6)));
  }
  expect(rankDocuments({ ...input, count: 7 })).toEqual(ranked.slice(0, 7));
});

it("leaves documents with equal scores in their order", () => {
  const documents = Float32Array.of(0, 1, 1, 0, 0, 1, 1, 1e-7, -1, 0);
  const ranked = rankDocuments({ query: Float32Array.of(1, 0), documents, count: 5 });
  expect(ranked).toEqual([
    { index: 1, score: 1 },
    { index: 3, score: 1 },
    { index: 0, score: 0 },
    { index: 2, score: 0 },
    { index: 4, score: -1 },
  ]);
});
