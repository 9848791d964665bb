import { cosineOfUnits } from "../../src/vectors/unit-vector.ts";
import type { Ranked, SimilarityTasks } from "./protocol.ts";

/** Ranks documents by their cosine with the query; equal ones keep their order. */
export function rankDocuments({
  query,
  documents,
  count,
}: SimilarityTasks["rank"]["input"]): Ranked[] {
  const length = query.length;
  const ranked = Array.from({ length: documents.length / length }, (_, index) => {
    const document = documents.subarray(index * length, (index + 1) * length);
    // Rounded before the comparison: scores that look equal keep the order of the documents.
    return { index, score: Math.round(cosineOfUnits(query, document) * 1e6) / 1e6 };
  });
  return ranked.sort((a, b) => b.score - a.score || a.index - b.index).slice(0, count);
}
