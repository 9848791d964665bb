import type { AppContext } from "../middleware/env.ts";
import { ClientLeft } from "../src/errors/service-error.ts";

/**
 * Does some work that ends with its signal when the client leaves.
 * @throws ClientLeft, also when it has left already; what the work throws.
 */
export async function whileHere<T>(
  c: AppContext,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const exchange = c.get("exchange");
  if (exchange.hasLeft) throw new ClientLeft();
  const left = new AbortController();
  const stopListening = exchange.onLeave(() => left.abort(new ClientLeft()));
  try {
    return await work(left.signal);
  } finally {
    stopListening();
  }
}
