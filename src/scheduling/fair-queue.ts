import { ServiceError } from "../errors/service-error.ts";
import type { Host } from "../hosts/host.ts";
import { awakeNow, hasSleptSince } from "../runtime/awake-clock.ts";
import { BackgroundShare } from "./background-share.ts";
import { HeldModels } from "./held-models.ts";
import { LineCounter, type LineStats } from "./line-counter.ts";
import type { ModelFloor } from "./model-floor.ts";
import { nextRequest } from "./next-request.ts";
import { onFullLine } from "./overload.ts";
import { Openings } from "./openings.ts";
import { outcomeOf, type Place } from "./place.ts";
import { PlaceGiver } from "./place-giver.ts";
import type { PlaceWatch } from "./place-watch.ts";
import { RunningRequests } from "./running-requests.ts";
import type { Turns } from "./turns.ts";
import {
  type LineName,
  type PlaceRequest,
  type Priority,
  priorityOf,
  type Ticket,
  WaitingRequests,
} from "./waiting-requests.ts";
import { WarmPrefixes } from "./warm-prefixes.ts";
import { Outlook } from "./waits/outlook.ts";
import { assertInTime, retryAfter } from "./waits/standing.ts";

export type { LineName, PlaceRequest, WaitLog } from "./waiting-requests.ts";

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
  modelParallel: (model: string) => number;
  floor: ModelFloor;
  /** Whose turn it is among the tenants with work of each priority. */
  turns: Record<Priority, Turns>;
  /** Finds places that no owner holds any more. */
  watch: Pick<PlaceWatch, "add" | "forget">;
  now?: () => number;
  /** How often deadlines and model patience of waiting requests are checked. */
  sweepMs?: number;
}

/** Which work goes first. */
const INTERACTIVE_FIRST: Priority[] = ["interactive", "background"];
const BACKGROUND_FIRST: Priority[] = ["background", "interactive"];

/**
 * The shared queue. Tenants with waiting work take turns, which `Turns` decides; within one tenant it
 * is first in, first out, save for what `warmFirst` lets go before. Background work goes when no
 * other work can, or when it is due. No more requests for a model are let through than the server
 * decodes side by side, so that the server's own queue, which knows no tenants, stays empty. Requests
 * for a loaded model go before those that need a load; how long that may go on, ModelFloor decides.
 */
export class FairQueue {
  /** What those who wait can expect. */
  readonly outlook: Outlook;
  /** Which prompts' beginnings the server has in memory. */
  readonly prefixes = new WarmPrefixes();
  readonly #options: FairQueueOptions;
  readonly #now: () => number;
  readonly #counters: Record<LineName, LineCounter>;
  readonly #waiting: Record<Priority, WaitingRequests> = {
    interactive: new WaitingRequests(),
    background: new WaitingRequests(),
  };
  readonly #backgroundShare = new BackgroundShare();
  readonly #running = new RunningRequests();
  readonly #held = new HeldModels(() => this.#dispatch());
  readonly #openings: Openings;
  readonly #places: PlaceGiver;
  #sweep: NodeJS.Timeout | undefined;

  constructor(options: FairQueueOptions) {
    this.#options = options;
    this.#now = options.now ?? awakeNow;
    this.#counters = { text: new LineCounter(), vision: new LineCounter() };
    const shared = {
      ...options,
      now: this.#now,
      counters: this.#counters,
      waiting: this.#waiting,
      running: this.#running,
      held: this.#held,
      share: this.#backgroundShare,
    };
    this.outlook = new Outlook({ ...shared, workOn: this.#tenantsWithWork });
    this.#openings = new Openings(shared);
    this.#places = new PlaceGiver({
      ...shared,
      openings: this.#openings,
      outlook: this.outlook,
      prefixes: this.prefixes,
      onFree: () => this.#dispatch(),
    });
  }

  /**
   * Waits for a place. Settles at once when one is free.
   * @throws ServiceError `queue_full` (never for items of batches), `wait_too_long` or
   * `request_timeout`; the reason of the request's signal.
   */
  acquire(request: PlaceRequest): Place | Promise<Place> {
    request.signal.throwIfAborted();
    if (this.#size === 0 && this.#openings.mayStart(request)) return this.#places.give(request, 0);
    const ticket: Ticket = { ...request, enqueuedAt: this.#now(), settle: () => {} };
    this.#assertInTime(ticket);
    if (!ticket.partOfBatch) this.#makeRoom(ticket);
    return this.#enqueue(ticket);
  }

  /**
   * To be called once for a batch, before its first item: a batch that has begun is not cut short.
   * @throws ServiceError `queue_full` when `maxWaiting` background requests wait in this line.
   */
  assertRoomForBackground(line: LineName): void {
    const { maxWaiting } = this.#options.lines[line];
    if (this.#counters[line].waitingBackground < maxWaiting) return;
    throw this.#full(line, `${maxWaiting} background requests are waiting`);
  }

  /**
   * Keeps the requests of a model that has no work waiting from now on.
   * @returns what ends that; undefined where the model has work, running or waiting.
   */
  hold(model: string): (() => void) | undefined {
    const hasWork = this.#openings.isBusy(model) || this.#waiting.background.waitFor(model);
    return hasWork || this.#held.has(model) ? undefined : this.#held.hold(model);
  }

  /**
   * Keeps the requests of a model waiting from now on, and waits until those that run have ended.
   * @param signal gives that up.
   * @returns what ends it; undefined where the model is held already. Rejects with the signal's
   * reason, and holds nothing then.
   */
  async drain(model: string, signal: AbortSignal): Promise<(() => void) | undefined> {
    if (this.#held.has(model)) return undefined;
    return this.#held.drain(model, this.#running.ofModel(model) > 0, signal);
  }

  /**
   * A model was loaded, which took so long: those who have work for it, running or waiting, are
   * charged an even part of it.
   */
  loaded(model: string, tookMs: number): void {
    const { turns } = this.#options;
    const wanted: [Priority, string][] = [];
    for (const priority of INTERACTIVE_FIRST) {
      const tenants = new Set([
        ...this.#waiting[priority].ticketsFor(model).map(({ tenant }) => tenant),
        ...this.#running.tenantsOn(model, priority),
      ]);
      for (const tenant of tenants) wanted.push([priority, tenant]);
    }
    for (const [priority, tenant] of wanted) turns[priority].charge(tenant, tookMs / wanted.length);
  }

  /** Dispatches again: after a model was loaded or the server came back. */
  wake(): void {
    this.#dispatch();
  }

  /** Whether a request runs that its client does not hold up. */
  get isWorking(): boolean {
    return this.#running.some(({ place }) => !place.isHeldUp);
  }

  /** The numbers of a line. */
  stats(line: LineName): LineStats {
    return this.#counters[line].stats();
  }

  /** Requests for a model that run, and whether others wait for it. */
  workOn(model: string): { running: number; isWaitedFor: boolean } {
    const { interactive, background } = this.#waiting;
    return {
      running: this.#running.ofModel(model),
      isWaitedFor: interactive.waitFor(model) || background.waitFor(model),
    };
  }

  /** Ends all waiting, or that of some, with an error; running requests are not touched. */
  rejectWaiting(error: Error, which: (request: PlaceRequest) => boolean = () => true): void {
    for (const ticket of this.#tickets()) if (which(ticket)) this.#reject(ticket, error);
  }

  get #size(): number {
    return this.#waiting.interactive.size + this.#waiting.background.size;
  }

  #tickets(): Ticket[] {
    return [...this.#waiting.interactive, ...this.#waiting.background];
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
      const priority = priorityOf(ticket);
      if (this.#waiting[priority].add(ticket)) this.#options.turns[priority].join(ticket.tenant);
      const counter = this.#counters[ticket.line];
      counter.joined(ticket.background);
      this.#dispatch();
      // One that may go before all that wait has its place by now.
      if (ticket.stands) this.#beginWait(ticket, counter.before(ticket.background));
    });
  }

  /** Tells a request where it stands. */
  #beginWait(ticket: Ticket, behind: number): void {
    const estimate = this.outlook.of(ticket);
    ticket.estimate = estimate;
    const now = () => (ticket.stands ? this.outlook.of(ticket) : undefined);
    ticket.waiting?.waitsForPlace(estimate, now, behind);
  }

  /** @throws ServiceError `wait_too_long` for a request that would wait in vain. */
  #assertInTime(ticket: Ticket): void {
    const { deadlineMs = Infinity, maxExpectedMs = Infinity } = ticket;
    if (Math.min(deadlineMs, maxExpectedMs) === Infinity || this.#openings.forNewcomer(ticket))
      return;
    const estimate = this.outlook.of(ticket);
    try {
      assertInTime(estimate, ticket);
    } catch (err) {
      this.#counters[ticket.line].rejected += 1;
      ticket.waiting?.wouldWait(estimate);
      throw err;
    }
  }

  /** Has a request give way where the line is full. @throws ServiceError `queue_full`. */
  #makeRoom(ticket: Ticket): void {
    const { line, tenant, enqueuedAt: now } = ticket;
    const { maxWaiting } = this.#options.lines[line];
    const waiting = this.#waiting[priorityOf(ticket)];
    if (waiting.counted(line) < maxWaiting || this.#openings.forNewcomer(ticket)) return;
    const other = onFullLine(waiting, { line, tenant, now }, maxWaiting);
    if (other === "welcome") return;
    const why = `${waiting.counted(line)} requests are waiting`;
    const refused = other === "refused" ? ticket : other;
    const full = this.#full(line, why, this.outlook.of(refused).expectedMs);
    if (other === "refused") throw full;
    if (this.#takeOut(other)) other.settle(full);
  }

  /** A request waits no longer, and has no place. */
  #reject(ticket: Ticket, why: Error): void {
    if (!this.#takeOut(ticket)) return;
    this.#counters[ticket.line].ended(outcomeOf(why));
    ticket.settle(why);
  }

  /** @returns whether the request has waited. */
  #takeOut(ticket: Ticket): boolean {
    const priority = priorityOf(ticket);
    const { wasThere, wasLast } = this.#waiting[priority].remove(ticket);
    if (!wasThere) return false;
    if (wasLast) this.#options.turns[priority].leave(ticket.tenant);
    this.#counters[ticket.line].left(ticket.background);
    if (this.#size === 0) {
      clearInterval(this.#sweep);
      this.#sweep = undefined;
    }
    return true;
  }

  #dispatch(): void {
    if (this.#size === 0) return;
    // A long request is charged as it goes on, here, where it matters, and not with each chunk.
    this.#running.chargeSoFar();
    this.#promote();
    for (let next = this.#pick(); next; next = this.#pick()) {
      const waitedMs = this.#now() - next.enqueuedAt;
      const place = this.#places.give(next, waitedMs);
      const { estimate } = next;
      if (estimate && !hasSleptSince(next.enqueuedAt)) {
        this.outlook.started(next, estimate, waitedMs);
      }
      this.#takeOut(next);
      next.settle(place);
    }
    if (this.#size === 0) return;
    this.#sweep ??= setInterval(() => {
      this.#expire();
      this.#dispatch();
    }, this.#options.sweepMs ?? 50);
  }

  /** Background work that is not due has no model promoted while other work waits. */
  #promote(): void {
    const { interactive, background } = this.#waiting;
    const kinds = [...interactive.kinds];
    if (interactive.size === 0 || this.#backgroundShare.isDue) kinds.push(...background.kinds);
    const wanted = kinds.flatMap(({ model, tickets: { first }, tenants }) =>
      first ? { model, enqueuedAt: first.enqueuedAt, tenants } : [],
    );
    this.#options.floor.promote(wanted, this.#now(), this.#tenantsWithWork);
  }

  /** How many tenants have work for a model, running or waiting, that is not in the background. */
  readonly #tenantsWithWork = (model: string): number => {
    const waiting = this.#waiting.interactive;
    let count = waiting.tenantsFor(model);
    for (const tenant of this.#running.tenantsOn(model, "interactive")) {
      if (!waiting.has(tenant, model)) count += 1;
    }
    return count;
  };

  #pick(): Ticket | undefined {
    const order = this.#backgroundShare.isDue ? BACKGROUND_FIRST : INTERACTIVE_FIRST;
    const { floor, turns } = this.#options;
    const { isOpen, isAtCap, isAdmitted } = this.#openings;
    return nextRequest(order, this.#waiting, {
      turns,
      floor,
      isOpen,
      isAtCap,
      isAdmitted,
      prefixes: this.prefixes,
      now: this.#now(),
    });
  }

  /** The error for a line that is full, which it counts. */
  #full(line: LineName, why: string, expectedMs?: number): ServiceError {
    this.#counters[line].rejected += 1;
    return new ServiceError("queue_full", `The queue is full: ${why}`, retryAfter(expectedMs));
  }

  #expire(): void {
    const now = this.#now();
    for (const ticket of this.#tickets()) {
      if (now - ticket.enqueuedAt < ticket.maxWaitMs) continue;
      const message = `No place became free within ${Math.round(ticket.maxWaitMs / 1000)} s`;
      const again = retryAfter(this.outlook.of(ticket).expectedMs);
      this.#reject(ticket, new ServiceError("request_timeout", message, again));
    }
  }
}
