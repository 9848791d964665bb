import { ServiceError } from "../errors/service-error.ts";
import type { CallStep } from "../inference/call-record.ts";
import { endedFacts, ownerFacts, workFacts } from "../requests/request-facts.ts";
import type { LiveRequests } from "../requests/live-requests.ts";
import type { RequestRecord } from "../requests/request-record.ts";
import type { Deadlines } from "../runtime/deadlines.ts";
import { jsonLine } from "../runtime/json-line.ts";
import { EventReader, type EventView, sseEvent } from "./event-reader.ts";
import { EventRing } from "./event-ring.ts";
import type { ServiceEventMap, ServiceEvents, ToldRun } from "./service-events.ts";

interface EventFeedOptions {
  events: ServiceEvents;
  live: Pick<LiveRequests, "all">;
  deadlines: Pick<Deadlines, "after">;
  /** Bounds and times, for tests. */
  limits?: Partial<FeedLimits>;
}

interface FeedLimits {
  maxEvents: number;
  maxBytes: number;
  maxReaders: number;
  maxReadersOfTenant: number;
  keepAliveMs: number;
  /** How long events are kept for those who come back when nobody follows them. */
  lingerMs: number;
}

const LIMITS: FeedLimits = {
  maxEvents: 16_384,
  maxBytes: 16 * 1_048_576,
  maxReaders: 64,
  maxReadersOfTenant: 8,
  keepAliveMs: 15_000,
  lingerMs: 60_000,
};

/** Somebody who wants to follow the events. */
export interface Follower {
  /** Whose place it takes. */
  tenant: string;
  view: EventView;
  /** The Last-Event-ID of one that comes back. */
  lastId: string | undefined;
}

/** How long a client waits before it comes back. */
const RETRY = "retry: 2000\n\n";

const PHASES: Record<CallStep, string> = {
  place: "waiting_for_place",
  model: "loading",
  shared: "sharing",
  sent: "sent",
  first_byte: "first_byte",
};

type Listeners = { [Name in keyof ServiceEventMap]?: (...told: ServiceEventMap[Name]) => void };

/**
 * What happens in the service, as server-sent events. The latest are kept, so that those who were
 * away for a moment miss nothing. While nobody follows them none is made.
 */
export class EventFeed {
  readonly #options: EventFeedOptions;
  readonly #limits: FeedLimits;
  readonly #ring: EventRing;
  readonly #readers = new Map<EventReader, string>();
  /** Which start of the service the numbers belong to. */
  readonly #run = crypto.randomUUID().slice(0, 8);
  readonly #listeners: Listeners;
  #isMade = false;
  #linger: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: EventFeedOptions) {
    this.#options = options;
    this.#limits = { ...LIMITS, ...options.limits };
    const { maxEvents, maxBytes } = this.#limits;
    this.#ring = new EventRing({
      maxEvents,
      maxBytes,
      onDrop: (number, event) => {
        for (const reader of this.#readers.keys()) reader.loses(number, event);
      },
    });
    this.#listeners = {
      requestKnown: (record) => this.#follow(record),
      requestEnded: (ended, record) => this.#add("request_ended", endedFacts(ended), record),
      runStarted: (run) => this.#add("run_started", runFacts(run), run.owner),
      runEnded: (run) =>
        this.#add(
          "run_ended",
          { ...runFacts(run), status: run.status, reason: run.reason?.code ?? null, ...endOf(run) },
          run.owner,
        ),
      modelLoaded: (model, tookMs) =>
        this.#add("model_loaded", { model, took_ms: Math.round(tookMs) }),
      modelUnloaded: (model) => this.#add("model_unloaded", { model }),
      serverUp: () => this.#add("server_up", {}),
      serverDown: (reason) => this.#add("server_down", { reason }),
      machineSlept: (sleptMs) => this.#add("machine_slept", { slept_ms: Math.round(sleptMs) }),
    };
  }

  /** Those who follow the events. */
  get size(): number {
    return this.#readers.size;
  }

  /**
   * Follows the events, from now on or from the last one that was seen.
   * @throws ServiceError `tenant_limit_exceeded`, `queue_full` where as many follow them as may;
   * `shutting_down`.
   */
  open({ tenant, view, lastId }: Follower): EventReader {
    this.#assertRoom(tenant);
    this.#begin();
    const { deadlines } = this.#options;
    const { from, hasMissed } = this.#resume(lastId);
    const reader = new EventReader({
      ring: this.#ring,
      view,
      from,
      greeting: hasMissed ? `${RETRY}${sseEvent("missed", {})}` : RETRY,
      deadlines,
      keepAliveMs: this.#limits.keepAliveMs,
      onEnd: () => this.#left(reader),
    });
    this.#readers.set(reader, tenant);
    return reader;
  }

  /** Sends all away: the service stops. */
  close(): void {
    this.#isClosed = true;
    for (const reader of [...this.#readers.keys()]) reader.drop("stopping");
    this.#stopMaking();
  }

  #assertRoom(tenant: string): void {
    const { maxReaders, maxReadersOfTenant } = this.#limits;
    if (this.#isClosed) throw new ServiceError("shutting_down", "The service is stopping");
    const own = [...this.#readers.values()].filter((name) => name === tenant).length;
    if (own >= maxReadersOfTenant) {
      const message = `${own} connections of this tenant follow the events, which is the most`;
      throw new ServiceError("tenant_limit_exceeded", message);
    }
    if (this.#readers.size >= maxReaders) {
      const message = `${maxReaders} connections follow the events, which is the most`;
      throw new ServiceError("queue_full", message);
    }
  }

  #resume(lastId: string | undefined): { from: number; hasMissed: boolean } {
    const { first, next } = this.#ring;
    if (lastId === undefined) return { from: next, hasMissed: false };
    const [, run, digits] = /^([0-9a-f]{8})-(\d{1,15})$/.exec(lastId) ?? [];
    const from = Number(digits) + 1;
    const isKnown = run === this.#run && from >= first && from <= next;
    return isKnown ? { from, hasMissed: false } : { from: next, hasMissed: true };
  }

  #left(reader: EventReader): void {
    this.#readers.delete(reader);
    if (this.#readers.size > 0 || this.#isClosed) return;
    clearTimeout(this.#linger);
    this.#linger = setTimeout(() => {
      this.#stopMaking();
      this.#ring.clear();
    }, this.#limits.lingerMs).unref();
  }

  #begin(): void {
    clearTimeout(this.#linger);
    if (this.#isMade) return;
    this.#isMade = true;
    const { events, live } = this.#options;
    for (const [name, listener] of this.#heard) events.on(name, listener);
    for (const { record } of live.all()) this.#watch(record);
  }

  #stopMaking(): void {
    clearTimeout(this.#linger);
    this.#isMade = false;
    for (const [name, listener] of this.#heard) this.#options.events.off(name, listener);
  }

  /** What it listens to, with a listener of each; the types of both belong together. */
  get #heard(): ["serverUp", () => void][] {
    return Object.entries(this.#listeners) as ["serverUp", () => void][];
  }

  #follow(record: RequestRecord): void {
    this.#watch(record);
    // Its route is chosen by then, with what it is about to do.
    queueMicrotask(() => {
      const { kind, client = null } = record;
      this.#add(
        "request_started",
        { request_id: record.id, kind, ...ownerFacts(record), client, ...workFacts(record) },
        record,
      );
    });
  }

  #watch(record: RequestRecord): void {
    record.call.watch(this, (step) =>
      this.#add(
        "request_phase",
        {
          request_id: record.id,
          phase: PHASES[step],
          after_ms: record.latencyMs,
          ...ownerFacts(record),
          ...workFacts(record),
        },
        record,
      ),
    );
  }

  /** @param of whose request it is about; undefined: everybody may see it. */
  #add(name: string, data: object, of?: Pick<RequestRecord, "tenant" | "project">): void {
    if (!this.#isMade) return;
    const told = { at: new Date().toISOString(), ...data };
    const event = this.#ring.add((number) => ({
      text: `id: ${this.#run}-${number}\nevent: ${name}\ndata: ${jsonLine(told)}\n\n`,
      tenant: of?.tenant,
      project: of && ownerFacts(of).project,
    }));
    for (const reader of this.#readers.keys()) reader.told(event);
  }
}

function runFacts({ id, owner: { tenant, project }, agent, model }: ToldRun) {
  return { run_id: id, agent: agent.name, model, project, tenant };
}

function endOf({ steps, tookMs }: ToldRun) {
  return { steps: steps.length, took_ms: Math.round(tookMs) };
}
