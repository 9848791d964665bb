import type { AppContext } from "../../middleware/env.ts";
import { ServiceError } from "../../src/errors/service-error.ts";

/**
 * Whether the client has switched the response cache off for this request: with
 * `X-Shared-Ollama-Cache: off`, or with what HTTP has for it.
 * @throws ServiceError `invalid_request` for a value that the header does not have.
 */
export function bypassesCache(c: AppContext): boolean {
  const exchange = c.get("exchange");
  const wish = exchange.header("x-shared-ollama-cache");
  if (wish !== undefined && wish !== "on" && wish !== "off") {
    throw new ServiceError("invalid_request", "X-Shared-Ollama-Cache takes on or off here");
  }
  if (wish === "off") return true;
  const control = exchange.header("cache-control");
  return control !== undefined && /\bno-(?:cache|store)\b/i.test(control);
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
