import type { ContextLimits } from "./lane-choice.ts";

interface Room {
  /** Bytes that models may take together, and that this one's weights take. */
  limitBytes: number;
  weightBytes: number;
  /** Requests that the server decodes side by side, each in a context of its own. */
  parallel: number;
}

/** Keys and values are halves of 16 bits, unless the server is told to keep less. */
const BYTES_A_NUMBER = 2;

/**
 * The largest context of a model, by what `/api/show` says of it: its own maximum, and about what
 * memory has room for. That counts every layer and every head with the whole context; models that
 * keep less (a sliding window, compressed heads) hold more.
 * @param info `model_info` of the answer, of any shape.
 */
export function contextLimits(info: unknown, room: Room): ContextLimits {
  if (typeof info !== "object" || info === null) return {};
  const facts = info as Record<string, unknown>;
  const arch = facts["general.architecture"];
  if (typeof arch !== "string") return {};
  const figure = (name: string): number | undefined => positive(facts[`${arch}.${name}`]);
  const own = figure("context_length");
  const tokenBytes = bytesOfToken(figure);
  if (tokenBytes === undefined) return { own };
  const { limitBytes, weightBytes, parallel } = room;
  const fits = Math.floor((limitBytes - weightBytes) / (tokenBytes * parallel));
  return { own, fits: Math.max(0, fits) };
}

/** What a token takes in the context; undefined for an architecture that does not say. */
function bytesOfToken(figure: (name: string) => number | undefined): number | undefined {
  const layers = figure("block_count");
  const heads = figure("attention.head_count");
  const width = figure("embedding_length");
  const usual = width !== undefined && heads !== undefined ? width / heads : undefined;
  const keys = figure("attention.key_length") ?? usual;
  const values = figure("attention.value_length") ?? usual;
  const groups = figure("attention.head_count_kv") ?? heads;
  if (layers === undefined || groups === undefined) return undefined;
  if (keys === undefined || values === undefined) return undefined;
  return layers * groups * (keys + values) * BYTES_A_NUMBER;
}

function positive(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) && value > 0 ? value : undefined;
}
