import type { ModelFloor } from "./model-floor.ts";
import type { Turns } from "./turns.ts";
import { warmFirst } from "./warm-first.ts";
import type { Kind, LineName, Priority, Ticket, WaitingRequests } from "./waiting-requests.ts";

/** What decides who goes next. */
interface Conditions {
  turns: Record<Priority, Turns>;
  floor: Pick<ModelFloor, "promoted" | "isLoaded">;
  /** Whether a place is free, tenants' caps aside. */
  isOpen: (kind: Kind) => boolean;
  /** Whether a tenant may have no more running in a line. */
  isAtCap: (line: LineName, tenant: string) => boolean;
  /** As `admits` of a request. */
  isAdmitted: (ticket: Ticket) => boolean;
  /** Whether a request's prompt begins with what its model has in memory. */
  isWarm: (ticket: Ticket) => boolean;
  now: number;
}

/**
 * The waiting request that goes next: by priority, then by model (the promoted one, those that are
 * loaded, those that are not), then by the tenants' turns, then by what is warm; undefined where
 * none may go. It has to be taken out next.
 */
export function nextRequest(
  order: readonly Priority[],
  waiting: Record<Priority, WaitingRequests>,
  conditions: Conditions,
): Ticket | undefined {
  const { floor, isOpen } = conditions;
  const runningDry = new Set<string>();
  for (const priority of order) {
    const promoted = new Set<Kind>();
    const loaded = new Set<Kind>();
    const unloaded = new Set<Kind>();
    for (const kind of waiting[priority].kinds) {
      if (runningDry.has(kind.model) || !isOpen(kind)) continue;
      if (floor.promoted === kind.model) promoted.add(kind);
      else if (floor.isLoaded(kind.model)) loaded.add(kind);
      else unloaded.add(kind);
    }
    // Background work that is not due holds up nobody: one that may not begin is passed over.
    const isPassedOver = priority === "background" && priority !== order[0];
    for (const kinds of [promoted, loaded, unloaded]) {
      const turns = conditions.turns[priority];
      const among = { kinds, runningDry, isPassedOver };
      const ticket = firstInTurn(among, waiting[priority], turns, conditions);
      if (ticket) return ticket;
    }
  }
  return undefined;
}

interface Among {
  kinds: Set<Kind>;
  /** Models that take no more until they are idle. */
  runningDry: Set<string>;
  /** Whether a request that may not begin is passed over, and does not have its model run dry. */
  isPassedOver: boolean;
}

/** Takes the kinds of models that are to run dry out of `kinds`, and notes which models these are. */
function firstInTurn(
  { kinds, runningDry, isPassedOver }: Among,
  waiting: WaitingRequests,
  turns: Turns,
  conditions: Conditions,
): Ticket | undefined {
  const { isAtCap, isAdmitted } = conditions;
  if (kinds.size === 0) return undefined;
  const mayGo = (ticket: Ticket): boolean => !isPassedOver || isAdmitted(ticket);
  for (const tenant of turns.inTurn()) {
    const first = () => waiting.firstOf(tenant, underCap(kinds, tenant, isAtCap), mayGo);
    for (let ticket = first(); ticket; ticket = first()) {
      if (isAdmitted(ticket)) {
        return warmFirst(ticket, waiting, underCap(kinds, tenant, isAtCap), conditions);
      }
      const { model } = ticket;
      runningDry.add(model);
      for (const kind of kinds) if (kind.model === model) kinds.delete(kind);
    }
  }
  return undefined;
}

/** Those of the kinds of which the tenant may have one more running. */
function underCap(
  kinds: ReadonlySet<Kind>,
  tenant: string,
  isAtCap: Conditions["isAtCap"],
): ReadonlySet<Kind> {
  const text = isAtCap("text", tenant);
  const vision = isAtCap("vision", tenant);
  if (!text && !vision) return kinds;
  return new Set([...kinds].filter(({ line }) => !(line === "text" ? text : vision)));
}
