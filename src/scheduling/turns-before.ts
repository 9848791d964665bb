import type { Turns } from "./turns.ts";
import type { Ticket, WaitingRequests } from "./waiting-requests.ts";

/**
 * How many requests of its line have their turn before a waiting one, if each cost the same;
 * undefined where it does not wait.
 */
export function turnsBefore(
  ticket: Ticket,
  waiting: WaitingRequests,
  turns: Pick<Turns, "inTurn">,
): number | undefined {
  const { tenant, line } = ticket;
  const index = waiting.of(tenant, line).indexOf(ticket);
  if (index < 0) return undefined;
  let before = index;
  let round = index + 1;
  for (const other of turns.inTurn()) {
    // Tenants behind it have had one turn less when its own has come.
    if (other === tenant) round = index;
    else before += Math.min(waiting.of(other, line).length, round);
  }
  return before;
}
