import type { AppContext } from "../middleware/env.ts";
import type { Caller } from "../src/runtime/caller.ts";

/**
 * On whose behalf a request's work is done; it is called off when the client leaves.
 * @throws ClientLeft when it has left already.
 */
export function callerOf(c: AppContext): Caller {
  const { signal } = c.get("exchange");
  signal.throwIfAborted();
  return { tenant: c.get("record").tenant, signal };
}
