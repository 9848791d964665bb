import type { AppContext } from "../middleware/env.ts";
import { ServiceError } from "../src/errors/service-error.ts";

/**
 * Whether a request is to take only what interactive work leaves, as `X-Shared-Ollama-Priority` says.
 * @throws ServiceError `invalid_request` for a value that the header does not have.
 */
export function isBackground(c: AppContext): boolean {
  const asked = c.get("exchange").header("x-shared-ollama-priority");
  if (asked === undefined || asked === "interactive") return false;
  if (asked === "background") return true;
  throw new ServiceError(
    "invalid_request",
    "X-Shared-Ollama-Priority takes background or interactive",
  );
}
