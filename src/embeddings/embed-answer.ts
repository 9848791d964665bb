import { ServiceError } from "../errors/service-error.ts";
import { normalise } from "../vectors/unit-vector.ts";
import type { Embedding } from "./vector-cache.ts";

/**
 * What `/api/embed` answered to these texts, each with its share of the tokens, which were
 * counted together.
 * @throws ServiceError `upstream_unavailable` unless there is a vector of finite numbers for each
 * text, all of one length.
 */
export function readEmbedAnswer(answer: Record<string, unknown>, texts: string[]): Embedding[] {
  const { embeddings: lists, prompt_eval_count: counted } = answer;
  if (!Array.isArray(lists) || lists.length === 0) throw unusable("no embedding");
  if (lists.length !== texts.length) throw unusable("another number of embeddings than of texts");
  const tokens = shares(typeof counted === "number" ? counted : 0, texts);
  const vectors = lists.map(vectorOf);
  const [first] = vectors;
  if (vectors.some(({ length }) => length !== first?.length)) {
    throw unusable("embeddings of different lengths");
  }
  return vectors.map((vector, i) => ({ vector, tokens: tokens[i] ?? 1 }));
}

function vectorOf(list: unknown): Float32Array {
  const isList = Array.isArray(list) && list.every((value) => typeof value === "number");
  const vector = Float32Array.from(isList ? list : []);
  // Ollama normalises; older ones do not when dimensions are asked for.
  if (!normalise(vector)) throw unusable("an embedding that is no vector");
  return vector;
}

/** Shares by characters that make up the whole; at least 1 each. */
function shares(total: number, texts: string[]): number[] {
  const characters = texts.reduce((sum, { length }) => sum + length, 0);
  let [seen, given] = [0, 0];
  return texts.map(({ length }) => {
    seen += length;
    const share = Math.round((total * seen) / characters) - given;
    given += share;
    return Math.max(1, share);
  });
}

function unusable(what: string): ServiceError {
  return new ServiceError("upstream_unavailable", `The inference server sent ${what}`);
}
