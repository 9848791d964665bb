import type { AppContext } from "../middleware/env.ts";
import { ClientLeft } from "../src/errors/service-error.ts";
import type { Caller } from "../src/runtime/caller.ts";

/**
 * Does some work for a request, which its signal ends when the client leaves.
 * @throws ClientLeft, also when it has left already; what the work throws.
 */
export async function whileHere<T>(
  c: AppContext,
  work: (caller: Caller) => Promise<T>,
): Promise<T> {
  const exchange = c.get("exchange");
  if (exchange.hasLeft) throw new ClientLeft();
  const left = new AbortController();
  const stopListening = exchange.onLeave(() => left.abort(new ClientLeft()));
  try {
    return await work({ tenant: c.get("record").tenant, signal: left.signal });
  } finally {
    stopListening();
  }
}
