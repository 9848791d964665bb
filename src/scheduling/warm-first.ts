import type { Kind, Ticket, WaitingRequests } from "./waiting-requests.ts";

/** So many later requests of its tenant may go before a request, and none once it has waited so long. */
const MAX_OVERTAKEN = 2;
const MAX_WAITED_MS = 30_000;

/** So many requests are looked at: of a long line, those whose turn is near. */
const LOOKED_AT = 16;

interface Conditions {
  /** Whether a request's prompt begins with what its model has in memory. */
  isWarm: (ticket: Ticket) => boolean;
  isAdmitted: (ticket: Ticket) => boolean;
  now: number;
}

/**
 * Which request of a tenant goes now, in place of the one whose turn it is: a later one for the same
 * model that does not have to read its prompt's beginning again. Those that it overtakes are told so;
 * it has to be taken out next.
 * @param kinds those that could go as well: of these, none is overtaken.
 */
export function warmFirst(
  first: Ticket,
  waiting: Pick<WaitingRequests, "kindsOf">,
  kinds: ReadonlySet<Kind>,
  { isWarm, isAdmitted, now }: Conditions,
): Ticket {
  if (now - first.enqueuedAt >= MAX_WAITED_MS) return first;
  let before = Number.POSITIVE_INFINITY;
  for (const [kind, { first: other }] of waiting.kindsOf(first.tenant)) {
    if (other && other !== first && kinds.has(kind)) before = Math.min(before, other.enqueuedAt);
  }
  const overtaken: Ticket[] = [];
  for (let link = first.stands?.ofTenant; link; link = link.next) {
    const ticket = link.member;
    if (ticket.enqueuedAt >= before || !isAdmitted(ticket)) return first;
    if (isWarm(ticket)) {
      for (const other of overtaken) other.overtaken = (other.overtaken ?? 0) + 1;
      return ticket;
    }
    if ((ticket.overtaken ?? 0) >= MAX_OVERTAKEN) return first;
    if (overtaken.push(ticket) >= LOOKED_AT) return first;
  }
  return first;
}
