import type { LineName, Ticket, WaitingRequests } from "./waiting-requests.ts";

/** Whoever has waited so long does not give way to anybody. */
const SAFE_AFTER_MS = 10_000;

/** A request that wants to wait. */
interface Arrival {
  line: LineName;
  tenant: string;
  now: number;
}

/**
 * Whether a request may wait where its line is full: `refused`, `welcome` beyond what the line
 * holds, or in the place of another one, which gives way.
 *
 * The newest request of the tenant with the longest line gives way, if that tenant has more of the
 * queue than its even share and the arrival's tenant has less. Where all of its requests have waited
 * too long for that, the arrival is let in up to its share all the same: a flood that was there
 * first fills the queue only for itself. Tenants that come in so one after another make the queue
 * longer by the shares of its maximum: half, a third, a quarter ..., for as many as its maximum is.
 */
export function onFullLine(
  waiting: WaitingRequests,
  { line, tenant, now }: Arrival,
  maxWaiting: number,
): Ticket | "welcome" | "refused" {
  const counts = new Map(waiting.countedByTenant(line));
  const own = counts.get(tenant) ?? 0;
  const share = Math.floor(maxWaiting / (own > 0 ? counts.size : counts.size + 1));
  const longest = [...counts].filter(([, count]) => count > share && count > own + 1);
  for (const [other] of longest.toSorted(([, a], [, b]) => b - a)) {
    const newest = waiting.newestOf(other, line);
    if (newest && now - newest.enqueuedAt < SAFE_AFTER_MS) return newest;
  }
  return own < share ? "welcome" : "refused";
}
