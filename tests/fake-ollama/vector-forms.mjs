// @ts-check
import { durationsOf, tokensOf } from "./figures.mjs";

/**
 * How a path writes vectors.
 * @typedef {object} VectorForm
 * @property {(body: Record<string, unknown>) => unknown[]} texts
 * @property {(made: Made) => object} whole
 */

/**
 * @typedef {object} Made
 * @property {string} model as the request names it
 * @property {number[][]} vectors
 * @property {import("./figures.mjs").Timing} timing
 */

/** @type {Record<string, VectorForm>} */
export const VECTOR_FORMS = {
  "/api/embed": {
    texts: ({ input }) => listOf(input),
    whole: ({ model, vectors, timing }) => {
      if (vectors.length === 0) return { model, embeddings: [] };
      const { total_duration, load_duration } = durationsOf(timing);
      const counts = { total_duration, load_duration, prompt_eval_count: tokensOf(vectors) };
      return { model, embeddings: vectors, ...counts };
    },
  },
  "/api/embeddings": {
    texts: ({ prompt }) => listOf(prompt),
    whole: ({ vectors: [embedding = []] }) => ({ embedding }),
  },
  "/v1/embeddings": {
    texts: ({ input }) => listOf(input),
    whole: ({ model, vectors }) => ({
      object: "list",
      data: vectors.map((embedding, index) => ({ object: "embedding", embedding, index })),
      model,
      usage: { prompt_tokens: tokensOf(vectors), total_tokens: tokensOf(vectors) },
    }),
  },
};

/** The texts of a request for vectors. @param {unknown} value @returns {unknown[]} */
function listOf(value) {
  return !value || (Array.isArray(value) && value.length === 0) ? [] : [value].flat();
}
