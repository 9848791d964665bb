import type { Turns } from "./turns.ts";
import type { HoldTime } from "./waits/hold-times.ts";
import type { Kind, PlaceRequest, Ticket, WaitingRequests } from "./waiting-requests.ts";

/** Waiting requests that have their turn before another one: so many of a kind, by one tenant. */
export interface TurnsAhead {
  kind: Kind;
  /** Of a tenant with several kinds, a part of one may go before. */
  count: number;
  time: HoldTime;
  isOwn: boolean;
}

interface Order {
  waiting: WaitingRequests;
  turns: Pick<Turns, "forEachBefore">;
  /** How long a tenant's request for a model will hold its place. */
  timeOf: (tenant: string, model: string) => HoldTime;
}

/**
 * Calls back with the requests that have their turn before one that waits, or would as its tenant's
 * last: those that its tenant has before it, and of each other tenant as many as come first by what
 * they are taken to cost.
 */
export function forEachTurnBefore(
  request: PlaceRequest | Ticket,
  { waiting, turns, timeOf }: Order,
  visit: (ahead: TurnsAhead) => void,
): void {
  const { tenant } = request;
  let ownMs = 0;
  for (const [kind, tickets] of waiting.kindsOf(tenant)) {
    const count = "stands" in request && request.stands ? earlier(request, tickets) : tickets.size;
    if (count === 0) continue;
    const time = timeOf(tenant, kind.model);
    ownMs += count * time.meanMs;
    visit({ kind, count, time, isOwn: true });
  }
  turns.forEachBefore(tenant, ownMs, ({ tenant: other, mayHaveMs, isFirst, standsFor }) => {
    let all = 0;
    let allMs = 0;
    const kinds = waiting.kindsOf(other);
    for (const [kind, { size }] of kinds) {
      all += size;
      allMs += size * timeOf(other, kind.model).meanMs;
    }
    const turnsOf = (mayHaveMs * all) / allMs;
    // It goes on until it has had more; where both have had the same, one of them is first.
    const whole = isFirst ? Math.floor(turnsOf + ROUNDING) + 1 : Math.ceil(turnsOf - ROUNDING);
    const part = Math.min(1, whole / all) * standsFor;
    if (part <= 0) return;
    for (const [kind, { size }] of kinds) {
      visit({ kind, count: size * part, time: timeOf(other, kind.model), isOwn: false });
    }
  });
}

/** Tags are sums of fractions. */
const ROUNDING = 1e-6;

/** How many of its tenant's requests of a kind came before a request. */
function earlier({ enqueuedAt, stands }: Ticket, tickets: Iterable<Ticket>): number {
  let count = 0;
  for (const other of tickets) {
    if (other.stands === stands || other.enqueuedAt > enqueuedAt) break;
    count += 1;
  }
  return count;
}
