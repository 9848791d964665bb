import type { AppContext } from "../middleware/env.ts";
import { CACHE_USES } from "../middleware/own-headers.ts";
import type { CacheMode } from "../src/cache/answer-cache.ts";
import { ServiceError } from "../src/errors/service-error.ts";

/** `on` is all that the service is set to do. */
const MODES: ReadonlyMap<string, CacheMode> = new Map(
  CACHE_USES.map((use) => [use, use === "on" ? "semantic" : use]),
);

/**
 * What the client wants of the response cache, by `X-Shared-Ollama-Cache` and by what HTTP has to
 * switch it off; undefined where it says nothing.
 * @throws ServiceError `invalid_request` for a value that the header does not have.
 */
export function cacheMode(c: AppContext): CacheMode | undefined {
  const exchange = c.get("exchange");
  const asked = exchange.header("x-shared-ollama-cache");
  const mode = asked === undefined ? undefined : MODES.get(asked);
  if (asked !== undefined && mode === undefined) {
    throw new ServiceError(
      "invalid_request",
      "X-Shared-Ollama-Cache takes on, off, exact or semantic",
    );
  }
  const control = exchange.header("cache-control");
  return control !== undefined && /\bno-(?:cache|store)\b/i.test(control) ? "off" : mode;
}

/** Says in the answer's head what the cache had to do with it. */
export function tellOfCache(c: AppContext): void {
  const { cache } = c.get("record");
  if (!cache) return;
  const headers = c.get("addedHeaders");
  headers.push("X-Cache", cache.state);
  if (cache.ageSec !== undefined) headers.push("Age", String(cache.ageSec));
  if (cache.similarity !== undefined) {
    headers.push("X-Cache-Similarity", cache.similarity.toFixed(4));
  }
}
