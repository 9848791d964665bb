import { spanMs } from "../config/go-values.ts";
import type { AppContext } from "../middleware/env.ts";
import { ServiceError } from "../src/errors/service-error.ts";
import { TEXT_LIMITS } from "../src/runtime/text-limits.ts";

/**
 * How long a request is expected to wait at most, in milliseconds, else it is refused: what
 * `X-Shared-Ollama-Max-Wait` says. Undefined where it has none.
 * @throws ServiceError `invalid_request` for a value that is no time.
 */
export function maxWaitMs(c: AppContext): number | undefined {
  const asked = c.get("exchange").header("x-shared-ollama-max-wait");
  if (asked === undefined) return undefined;
  const ms = asked.length <= TEXT_LIMITS.duration ? timeOf(asked) : undefined;
  if (ms !== undefined && ms >= 0) return ms;
  throw new ServiceError(
    "invalid_request",
    "X-Shared-Ollama-Max-Wait takes seconds or a duration such as 500ms, 30s or 2m",
  );
}

/** Seconds may be a fraction here. */
function timeOf(text: string): number | undefined {
  return /^\d+\.\d+$/.test(text) ? Number(text) * 1000 : spanMs(text);
}
