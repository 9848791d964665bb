import QuickLRU from "quick-lru";
import { ServiceError } from "../errors/service-error.ts";
import type { Host } from "../hosts/host.ts";
import type { LoadHints } from "../models/loaded-models.ts";
import type { Signal } from "../runtime/light-signal.ts";
import { deferred } from "../runtime/deferred.ts";
import { TurnOrder } from "../runtime/turn-order.ts";
import { unlessAborted } from "../runtime/unless-aborted.ts";
import type { ModelFloor } from "./model-floor.ts";
import { outcomeOf, Place } from "./place.ts";
import type { PlaceWatch } from "./place-watch.ts";
import { LineCounter, type LineStats } from "./line-counter.ts";

export type LineName = "text" | "vision";

interface LineLimits {
  maxRunning: number;
  maxWaiting: number;
  /** Running requests of one tenant; a further one waits. */
  tenantMaxRunning: number;
}

interface FairQueueOptions {
  /** The inference server that places are on. */
  host: Host;
  lines: Record<LineName, LineLimits>;
  /** How many requests for one model the inference server takes side by side. */
  modelParallel: () => number;
  floor: ModelFloor;
  /** Finds places that no owner holds any more. */
  watch: Pick<PlaceWatch, "add" | "forget">;
  now?: () => number;
  /** How often deadlines and model patience of waiting requests are checked. */
  sweepMs?: number;
}

/** What a request waits for before it is sent; the place in the queue changes meanwhile. */
export interface WaitLog {
  /** @param position its number in the queue, from 1; undefined once it has left that. */
  waitsForPlace(position: () => number | undefined): void;
  waitsForModel(): void;
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
  /** What its model is to be loaded with. */
  hints?: LoadHints | undefined;
  /** Told what it waits for, if it has to wait. */
  waiting?: WaitLog | undefined;
  /**
   * Work that no client waits for by itself, such as a batch's item. It waits behind its own
   * tenant's other requests and is never refused with `queue_full`: see `assertRoomForBackground`.
   */
  background?: boolean;
  /**
   * Whether it may begin while so many requests run on its model. One that may not is waited for:
   * later requests for the model do not go before it, so that the model runs dry. Background work
   * holds up nobody.
   */
  admits?: ((running: number) => boolean) | undefined;
}

/** A request that waits. */
interface Ticket extends PlaceRequest {
  enqueuedAt: number;
  settle: (result: Place | Error) => void;
}

/** What decides whether a request may go. */
type PlaceKey = Pick<PlaceRequest, "line" | "tenant" | "model">;

/** Turns are remembered of this many tenants; one that is forgotten counts as new. */
const MAX_TENANTS = 1000;

/**
 * The shared queue. Tenants with waiting work take turns; within one tenant it is first in,
 * first out, background work last. No more requests for a model are let through than the server
 * decodes side by side, so that the server's own queue, which knows no tenants, stays empty.
 * Requests for a loaded model go before those that need a load; how long that may go on,
 * ModelFloor decides.
 */
export class FairQueue {
  readonly #options: FairQueueOptions;
  readonly #now: () => number;
  readonly #counters: Record<LineName, LineCounter>;
  readonly #waiting = new TurnOrder<Ticket>();
  readonly #tenantRunning: Record<LineName, Map<string, number>> = {
    text: new Map(),
    vision: new Map(),
  };
  readonly #modelRunning = new Map<string, number>();
  /** Models whose requests wait, whatever place is free. */
  readonly #held = new Set<string>();
  /** To be called when nothing runs on a model any more. */
  readonly #draining = new Map<string, () => void>();
  /** Number of each recent tenant's last turn. */
  readonly #lastTurns = new QuickLRU<string, number>({ maxSize: MAX_TENANTS });
  #turnCount = 0;
  #sweep: NodeJS.Timeout | undefined;

  constructor(options: FairQueueOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#counters = { text: new LineCounter(), vision: new LineCounter() };
  }

  /**
   * Waits for a place. Settles at once when one is free.
   * @throws ServiceError `queue_full` (never for background work) or `request_timeout`; the reason
   * of the request's signal.
   */
  acquire(request: PlaceRequest): Place | Promise<Place> {
    request.signal.throwIfAborted();
    if (this.#waiting.size === 0 && this.#mayStart(request)) return this.#start(request, 0);
    const ticket: Ticket = { ...request, enqueuedAt: this.#now(), settle: () => {} };
    if (!ticket.background && this.#isFullFor(ticket) && !this.#couldStartNow(ticket)) {
      throw this.#full(ticket.line, "requests");
    }
    return this.#enqueue(ticket);
  }

  /**
   * To be called once for a batch, before its first item: a batch that has begun is not cut short.
   * @throws ServiceError `queue_full` when `maxWaiting` background requests wait in this line.
   */
  assertRoomForBackground(line: LineName): void {
    if (this.#counters[line].waitingBackground < this.#options.lines[line].maxWaiting) return;
    throw this.#full(line, "background requests");
  }

  /**
   * Keeps the requests of a model that has no work waiting from now on.
   * @returns what ends that; undefined where the model has work, running or waiting.
   */
  hold(model: string): (() => void) | undefined {
    if (this.#isBusy(model) || this.#held.has(model)) return undefined;
    return this.#hold(model);
  }

  /**
   * Keeps the requests of a model waiting from now on, and waits until those that run have ended.
   * @param signal gives that up.
   * @returns what ends it; undefined where the model is held already. Rejects with the signal's
   * reason, and holds nothing then.
   */
  async drain(model: string, signal: AbortSignal): Promise<(() => void) | undefined> {
    if (this.#held.has(model)) return undefined;
    const release = this.#hold(model);
    try {
      if (this.#modelRunning.has(model)) {
        const ended = deferred<void>();
        this.#draining.set(model, ended.resolve);
        await unlessAborted(ended.promise, signal);
      }
      return release;
    } catch (err) {
      release();
      throw err;
    } finally {
      this.#draining.delete(model);
    }
  }

  /** Dispatches again: after a model was loaded or the server came back. */
  wake(): void {
    this.#dispatch();
  }

  /** The numbers of a line. */
  stats(line: LineName): LineStats {
    return this.#counters[line].stats();
  }

  /** Ends all waiting, or that of some, with an error; running requests are not touched. */
  rejectWaiting(error: Error, which: (request: PlaceRequest) => boolean = () => true): void {
    for (const ticket of [...this.#waiting]) if (which(ticket)) this.#reject(ticket, error);
  }

  #hold(model: string): () => void {
    this.#held.add(model);
    return () => {
      this.#held.delete(model);
      this.wake();
    };
  }

  #enqueue(ticket: Ticket): Promise<Place> {
    return new Promise<Place>((resolve, reject) => {
      const leave = (): void => this.#reject(ticket, ticket.signal.reason as Error);
      ticket.signal.addEventListener("abort", leave, { once: true });
      ticket.settle = (result) => {
        ticket.signal.removeEventListener("abort", leave);
        if (result instanceof Error) reject(result);
        else resolve(result);
      };
      this.#join(ticket);
      ticket.waiting?.waitsForPlace(() => this.#positionOf(ticket));
      this.#counters[ticket.line].joined(ticket.background);
      this.#dispatch();
    });
  }

  /**
   * A tenant that begins to wait goes before tenants whose last turn was later than its own. A
   * tenant that is new, or was away, counts as served just before what runs now: it goes before the
   * tenants that this belongs to, and a client that takes a new name each time cannot stay before
   * all others. Within a tenant background work stands behind the rest.
   */
  #join(ticket: Ticket): void {
    const turnOf = (tenant: string): number => this.#lastTurns.get(tenant) ?? 0;
    const running = this.#counters.text.running + this.#counters.vision.running;
    const own = Math.max(turnOf(ticket.tenant), this.#turnCount - running);
    this.#waiting.add(ticket.tenant, ticket, {
      before: (other) => !ticket.background && other.background === true,
      beforeTenant: (other) => turnOf(other) > own,
    });
  }

  /** By the turns as they are now; a request whose model is loaded may go before all the same. */
  #positionOf(ticket: Ticket): number | undefined {
    const before = this.#waiting.turnsBefore(ticket.tenant, ticket, (t) => t.line === ticket.line);
    return before === undefined ? undefined : before + 1;
  }

  /** A request waits no longer, and has no place. */
  #reject(ticket: Ticket, why: Error): void {
    if (!this.#waiting.remove(ticket.tenant, ticket)) return;
    this.#noLongerWaits(ticket);
    this.#counters[ticket.line].ended(outcomeOf(why));
    ticket.settle(why);
  }

  #noLongerWaits(ticket: Ticket): void {
    this.#counters[ticket.line].left(ticket.background);
    if (this.#waiting.size > 0) return;
    clearInterval(this.#sweep);
    this.#sweep = undefined;
  }

  #dispatch(): void {
    this.#options.floor.promoteStarved(this.#waiting, this.#now());
    for (let next = this.#pick(); next; next = this.#pick()) {
      this.#waiting.take(next.tenant, next);
      this.#noLongerWaits(next);
      next.settle(this.#start(next, this.#now() - next.enqueuedAt));
    }
    if (this.#waiting.size === 0) return;
    this.#sweep ??= setInterval(() => {
      this.#expire();
      this.#dispatch();
    }, this.#options.sweepMs ?? 50);
  }

  /** The next to go: the promoted model first, then loaded models, then models to be loaded. */
  #pick(): Ticket | undefined {
    const { floor } = this.#options;
    let loaded: Ticket | undefined;
    let unloaded: Ticket | undefined;
    const runningDry = new Set<string>();
    for (const ticket of this.#waiting) {
      if (runningDry.has(ticket.model) || !this.#fits(ticket)) continue;
      if (!this.#isAdmitted(ticket)) {
        if (!ticket.background) runningDry.add(ticket.model);
        continue;
      }
      if (floor.promoted === ticket.model) return ticket;
      if (floor.isLoaded(ticket.model)) loaded ??= ticket;
      else unloaded ??= ticket;
    }
    return loaded ?? unloaded;
  }

  /** A tenant's requests fill the line for itself; for others they count up to half of it. */
  #isFullFor({ line, tenant }: Ticket): boolean {
    const { maxWaiting } = this.#options.lines[line];
    if (this.#counters[line].waiting < maxWaiting) return false;
    let taken = 0;
    for (const [other, tickets] of this.#waiting.tenants()) {
      const count = tickets.filter((t) => t.line === line && !t.background).length;
      taken += other === tenant ? count : Math.min(count, Math.ceil(maxWaiting / 2));
    }
    return taken >= maxWaiting;
  }

  /** The error for a line that is full, which it counts. */
  #full(line: LineName, waiting: string): ServiceError {
    this.#counters[line].rejected += 1;
    const { maxWaiting } = this.#options.lines[line];
    return new ServiceError(
      "queue_full",
      `The queue is full: ${maxWaiting} ${waiting} are waiting`,
    );
  }

  #couldStartNow(ticket: Ticket): boolean {
    const isBefore = (t: Ticket): boolean => t.model === ticket.model && !t.background;
    if (this.#waiting.of(ticket.tenant).some(isBefore) || !this.#mayStart(ticket)) return false;
    // Another tenant's request may wait for the model to run dry.
    return ![...this.#waiting].some((t) => isBefore(t) && this.#fits(t) && !this.#isAdmitted(t));
  }

  #mayStart(request: PlaceRequest): boolean {
    return this.#fits(request) && this.#isAdmitted(request);
  }

  #isAdmitted({ admits, model }: PlaceRequest): boolean {
    return admits === undefined || admits(this.#modelRunning.get(model) ?? 0);
  }

  #fits({ line, tenant, model }: PlaceKey): boolean {
    const { lines, modelParallel, floor } = this.#options;
    const limits = lines[line];
    return (
      this.#counters[line].running < limits.maxRunning &&
      (this.#tenantRunning[line].get(tenant) ?? 0) < limits.tenantMaxRunning &&
      (this.#modelRunning.get(model) ?? 0) < modelParallel() &&
      !this.#held.has(model) &&
      floor.admits(model, this.#now(), this.#isBusy)
    );
  }

  /** Whether a model has work running or waiting. */
  readonly #isBusy = (model: string): boolean => {
    if ((this.#modelRunning.get(model) ?? 0) > 0) return true;
    for (const ticket of this.#waiting) if (ticket.model === model) return true;
    return false;
  };

  #start({ line, tenant, model }: PlaceKey, waitedMs: number): Place {
    const { host, watch, floor } = this.#options;
    const counter = this.#counters[line];
    const tenantRunning = this.#tenantRunning[line];
    counter.started(waitedMs);
    this.#turnCount += 1;
    this.#lastTurns.set(tenant, this.#turnCount);
    add(tenantRunning, tenant, 1);
    add(this.#modelRunning, model, 1);
    floor.started(model);
    const place: Place = new Place({
      host,
      label: { line, tenant, model },
      waitedMs,
      onRelease: (outcome) => {
        watch.forget(seat);
        counter.running -= 1;
        counter.ended(outcome);
        add(tenantRunning, tenant, -1);
        add(this.#modelRunning, model, -1);
        floor.ended(model, this.#now());
        if (!this.#modelRunning.has(model)) this.#draining.get(model)?.();
        if (this.#waiting.size > 0) this.#dispatch();
      },
    });
    const seat = watch.add(place);
    return place;
  }

  #expire(): void {
    const now = this.#now();
    for (const ticket of [...this.#waiting]) {
      if (now - ticket.enqueuedAt < ticket.maxWaitMs) continue;
      const message = `No place became free within ${Math.round(ticket.maxWaitMs / 1000)} s`;
      this.#reject(ticket, new ServiceError("request_timeout", message));
    }
  }
}

function add(counts: Map<string, number>, key: string, change: number): void {
  const count = (counts.get(key) ?? 0) + change;
  if (count > 0) counts.set(key, count);
  else counts.delete(key);
}
