import { figureOf, tokenBytes, type ModelFigures } from "../model-figures.ts";
import type { ContextLimits } from "./lane-choice.ts";

interface Room {
  /** Bytes that models may take together, and that this one's weights take. */
  limitBytes: number;
  weightBytes: number;
  /** Requests that the server decodes side by side, each in a context of its own. */
  parallel: number;
  /** OLLAMA_KV_CACHE_TYPE; undefined: f16. */
  cacheType: string | undefined;
}

/**
 * The largest context of a model: its own maximum, and about what memory has room for. That counts
 * every layer and every head with the whole context; models that keep less (a sliding window,
 * compressed heads) hold more.
 */
export function contextLimits(figures: ModelFigures, room: Room): ContextLimits {
  const own = figureOf(figures, "context_length");
  const bytes = tokenBytes(figures, room.cacheType);
  if (bytes === undefined) return { own };
  const { limitBytes, weightBytes, parallel } = room;
  const fits = Math.floor((limitBytes - weightBytes) / (bytes * parallel));
  return { own, fits: Math.max(0, fits) };
}
