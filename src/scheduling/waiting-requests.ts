import type { LoadHints } from "../models/load-hints.ts";
import type { Signal } from "../runtime/light-signal.ts";
import { type Link, LinkedList } from "../runtime/linked-list.ts";
import type { Place } from "./place.ts";
import type { Estimate, Standing } from "./waits/standing.ts";

export type LineName = "text" | "vision";

const LINES: readonly LineName[] = ["text", "vision"];

/** Background work takes what interactive work leaves. */
export type Priority = "interactive" | "background";

/** Which work a request is. */
export function priorityOf({ background }: { background?: boolean }): Priority {
  return background ? "background" : "interactive";
}

/** What a request waits for before it is sent; the place in the queue changes meanwhile. */
export interface WaitLog {
  /** The id of the request, by which its client knows it. */
  readonly requestId?: string | undefined;
  /**
   * @param standing where it stands as it begins to wait.
   * @param now where it stands now; undefined once it has left the queue.
   * @param behind how many requests run or wait in its line already.
   */
  waitsForPlace(standing: Standing, now: () => Standing | undefined, behind: number): void;
  /** It is refused, since it would wait for too long. @param standing where it would stand. */
  wouldWait(standing: Standing): void;
  /**
   * @param isShared the load was begun before it, for another.
   * @param restMs how long the load will still take, in milliseconds; undefined: not known.
   */
  waitsForModel(isShared: boolean, restMs: () => number | undefined): void;
}

/** A request for a place. */
export interface PlaceRequest {
  line: LineName;
  tenant: string;
  /** Canonical name; empty when the request names no usable model. */
  model: string;
  /** Milliseconds it may wait; `Infinity`: until the client leaves or the server goes down. */
  maxWaitMs: number;
  /** Cancels the request while it waits. */
  signal: Signal;
  /** Milliseconds in which it has to have its place, else it is of no use; absent: no matter when. */
  deadlineMs?: number | undefined;
  /** It is refused at once where it is expected to wait longer, in milliseconds. */
  maxExpectedMs?: number | undefined;
  /** What its model is to be loaded with. */
  hints?: LoadHints | undefined;
  /** Told what it waits for, if it has to wait. */
  waiting?: WaitLog | undefined;
  /** Where it is work of several tenants: the part of each, its own among them; together 1. */
  parts?: ReadonlyMap<string, number> | undefined;
  /** Work that may wait for all that is not. */
  background?: boolean;
  /**
   * Whether it may begin while so many requests run on its model. One that may not is waited for:
   * later requests for the model do not go before it, so that the model runs dry. Background work
   * holds up nobody.
   */
  admits?: ((running: number) => boolean) | undefined;
  /** How its prompt begins, as `promptPrefix` has it; undefined: not known, or short. */
  prefix?: number | undefined;
  /** An item of a batch that was let in as a whole: it is never refused with `queue_full`. */
  partOfBatch?: boolean;
}

/** A request that waits. */
export interface Ticket extends PlaceRequest {
  enqueuedAt: number;
  settle: (result: Place | Error) => void;
  /** What was expected when it began to wait. */
  estimate?: Estimate | undefined;
  /** How many later ones of its tenant have gone before it; absent: none. */
  overtaken?: number;
  /** Where it stands among all of its kind, and of its tenant; undefined where it does not wait. */
  stands?: { inKind: Link<Ticket>; ofTenant: Link<Ticket> } | undefined;
}

/** Waiting requests that get a place under the same conditions, but for their tenants' caps. */
export interface Kind {
  readonly line: LineName;
  readonly model: string;
  /** The oldest first. */
  readonly tickets: LinkedList<Ticket>;
  /** How many tenants they are of. */
  tenants: number;
}

/** The waiting requests of a tenant with one priority. */
interface TenantLine {
  /** First come, first served within each kind; no kind is empty. */
  readonly byKind: Map<Kind, LinkedList<Ticket>>;
  /** Its requests that count for how full the queue is: all but items of batches. */
  readonly counted: Record<LineName, number>;
}

/** The requests that wait with one priority, by tenant and by what they wait for. */
export class WaitingRequests {
  readonly #tenants = new Map<string, TenantLine>();
  readonly #kinds = new Map<string, Kind>();
  readonly #counted: Record<LineName, number> = { text: 0, vision: 0 };
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** What they wait for. */
  get kinds(): Iterable<Kind> {
    return this.#kinds.values();
  }

  /** Adds a request. @returns whether it is the only one of its tenant. */
  add(ticket: Ticket): boolean {
    const { line, tenant, model } = ticket;
    const known = this.#tenants.get(tenant);
    const own = known ?? { byKind: new Map(), counted: { text: 0, vision: 0 } };
    if (!known) this.#tenants.set(tenant, own);
    const key = keyOf(line, model);
    let kind = this.#kinds.get(key);
    if (!kind) this.#kinds.set(key, (kind = newKind(line, model)));
    let tickets = own.byKind.get(kind);
    if (!tickets) {
      own.byKind.set(kind, (tickets = new LinkedList<Ticket>()));
      kind.tenants += 1;
    }
    ticket.stands = { inKind: kind.tickets.add(ticket), ofTenant: tickets.add(ticket) };
    this.#count(own, ticket, 1);
    return !known;
  }

  /** Takes a request out. @returns whether it was there, and whether it was its tenant's last. */
  remove(ticket: Ticket): { wasThere: boolean; wasLast: boolean } {
    const { line, tenant, model, stands } = ticket;
    const own = this.#tenants.get(tenant);
    const key = keyOf(line, model);
    const kind = this.#kinds.get(key);
    const tickets = kind && own?.byKind.get(kind);
    if (!stands || !own || !tickets) return { wasThere: false, wasLast: false };
    ticket.stands = undefined;
    tickets.remove(stands.ofTenant);
    kind.tickets.remove(stands.inKind);
    if (kind.tickets.isEmpty) this.#kinds.delete(key);
    if (tickets.isEmpty) {
      own.byKind.delete(kind);
      kind.tenants -= 1;
    }
    this.#count(own, ticket, -1);
    const wasLast = own.byKind.size === 0;
    if (wasLast) this.#tenants.delete(tenant);
    return { wasThere: true, wasLast };
  }

  /** What a tenant waits for, each with its requests, the oldest first. */
  kindsOf(tenant: string): ReadonlyMap<Kind, LinkedList<Ticket>> {
    return this.#tenants.get(tenant)?.byKind ?? NOTHING;
  }

  /** The request of a tenant that has waited longest for one of these kinds, of those that may go. */
  firstOf(
    tenant: string,
    kinds: ReadonlySet<Kind>,
    mayGo: (ticket: Ticket) => boolean,
  ): Ticket | undefined {
    let first: Ticket | undefined;
    for (const [kind, tickets] of this.#tenants.get(tenant)?.byKind ?? []) {
      const oldest = kinds.has(kind) ? tickets.find(mayGo) : undefined;
      if (!oldest) continue;
      if (!first || oldest.enqueuedAt < first.enqueuedAt) first = oldest;
    }
    return first;
  }

  /** Whether a tenant waits for this already. */
  waitsFor({ tenant, line, model }: PlaceRequest): boolean {
    const kind = this.#kinds.get(keyOf(line, model));
    return kind !== undefined && this.#tenants.get(tenant)?.byKind.has(kind) === true;
  }

  /** Whether anybody waits for a model. */
  waitFor(model: string): boolean {
    return this.#kinds.has(keyOf("text", model)) || this.#kinds.has(keyOf("vision", model));
  }

  /** How many tenants wait for a model; one with text and images may count twice. */
  tenantsFor(model: string): number {
    return this.#kindsOf(model).reduce((sum, { tenants }) => sum + tenants, 0);
  }

  /** Whether a tenant waits for a model. */
  has(tenant: string, model: string): boolean {
    const own = this.#tenants.get(tenant);
    return own !== undefined && this.#kindsOf(model).some((kind) => own.byKind.has(kind));
  }

  /** The requests that wait for a model. */
  ticketsFor(model: string): Ticket[] {
    return this.#kindsOf(model).flatMap(({ tickets }) => [...tickets]);
  }

  /** How many requests wait in a line without items of batches. */
  counted(line: LineName): number {
    return this.#counted[line];
  }

  /** How many requests of each tenant wait in a line without items of batches; none has none. */
  *countedByTenant(line: LineName): Generator<[tenant: string, count: number]> {
    for (const [tenant, { counted }] of this.#tenants) {
      if (counted[line] > 0) yield [tenant, counted[line]];
    }
  }

  /** The request of a tenant that has come last to a line, without items of batches. */
  newestOf(tenant: string, line: LineName): Ticket | undefined {
    let newest: Ticket | undefined;
    for (const [kind, tickets] of this.#tenants.get(tenant)?.byKind ?? []) {
      if (kind.line !== line) continue;
      const last = [...tickets].findLast(({ partOfBatch }) => !partOfBatch);
      if (last && (!newest || last.enqueuedAt >= newest.enqueuedAt)) newest = last;
    }
    return newest;
  }

  /** All of them. */
  *[Symbol.iterator](): Generator<Ticket> {
    for (const { tickets } of this.#kinds.values()) yield* tickets;
  }

  #kindsOf(model: string): Kind[] {
    return LINES.flatMap((line) => this.#kinds.get(keyOf(line, model)) ?? []);
  }

  #count(own: TenantLine, { line, partOfBatch }: Ticket, by: number): void {
    this.#size += by;
    if (partOfBatch) return;
    own.counted[line] += by;
    this.#counted[line] += by;
  }
}

const NOTHING: ReadonlyMap<Kind, LinkedList<Ticket>> = new Map();

function newKind(line: LineName, model: string): Kind {
  return { line, model, tickets: new LinkedList(), tenants: 0 };
}

function keyOf(line: LineName, model: string): string {
  return `${line} ${model}`;
}
