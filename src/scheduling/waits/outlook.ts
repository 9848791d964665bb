import type { BackgroundShare } from "../background-share.ts";
import type { ModelFloor } from "../model-floor.ts";
import type { Place, PlaceOutcome } from "../place.ts";
import type { RunningRequests } from "../running-requests.ts";
import type { Turns } from "../turns.ts";
import { forEachTurnBefore } from "../turns-before.ts";
import {
  type LineName,
  type PlaceRequest,
  type Priority,
  priorityOf,
  type Ticket,
  type WaitingRequests,
} from "../waiting-requests.ts";
import { expectedWait, Work } from "./expected-wait.ts";
import { HoldTimes } from "./hold-times.ts";
import type { Estimate } from "./standing.ts";
import { WaitCorrection } from "./wait-correction.ts";

/** What the queue looks like, and by which rules it goes. */
export interface QueueView {
  waiting: Record<Priority, WaitingRequests>;
  running: RunningRequests;
  turns: Record<Priority, Turns>;
  lines: Record<LineName, { maxRunning: number; tenantMaxRunning: number }>;
  modelParallel: (model: string) => number;
  /** How many tenants have work running or waiting for a model. */
  workOn: (model: string) => number;
  floor: Pick<ModelFloor, "isLoaded" | "loadMs" | "turnOf">;
  share: Pick<BackgroundShare, "dueInMs">;
  now: () => number;
}

/**
 * What those who wait can expect: it learns how long requests hold their places, how long models
 * take to load and how its own estimates come true, and sees who goes before whom. An estimate is
 * made when somebody asks; a dispatch costs nothing more.
 */
export class Outlook {
  /** What it looks at. */
  readonly view: QueueView;
  readonly #holds = new HoldTimes();
  readonly #corrections: Record<Priority, WaitCorrection> = {
    interactive: new WaitCorrection(),
    background: new WaitCorrection(),
  };

  constructor(view: QueueView) {
    this.view = view;
  }

  /** A request has given its place back. */
  ended(place: Place, outcome: PlaceOutcome): void {
    const { tenant, model } = place.label;
    if (outcome === "completed" && !place.hasSlept) this.#holds.learn(tenant, model, place.heldMs);
  }

  /** A request for which this was estimated has its place. */
  started(request: PlaceRequest, { placeMs }: Estimate, waitedMs: number): void {
    if (placeMs === undefined) return;
    this.#corrections[priorityOf(request)].learn(request.tenant, placeMs, waitedMs);
  }

  /** How long the load of a model that began so long ago will still take, in milliseconds. */
  loadRestMs(model: string, elapsedMs: number): number | undefined {
    const loadMs = this.view.floor.loadMs(model);
    return loadMs === undefined ? undefined : Math.max(0, loadMs - elapsedMs);
  }

  /** Where a request stands, or would if it came now. */
  of(request: PlaceRequest | Ticket): Estimate {
    const { lines, modelParallel, running, floor } = this.view;
    const { line, tenant, model } = request;
    const before = { model: new Work(), line: new Work(), tenant: new Work() };
    const position = 1 + this.#goBefore(request, before);
    const runs = { model: new Work(), line: new Work(), tenant: new Work() };
    running.forEach(({ line: its, place }) => {
      const rest = this.#restOf(place);
      if (place.label.model === model) runs.model.add(rest);
      if (its !== line) return;
      runs.line.add(rest);
      if (place.label.tenant === tenant) runs.tenant.add(rest);
    });
    const { maxRunning, tenantMaxRunning } = lines[line];
    const isLoaded = model === "" || floor.isLoaded(model);
    const raw = expectedWait({
      places: [
        { count: modelParallel(model), running: runs.model, ahead: before.model },
        { count: maxRunning, running: runs.line, ahead: before.line },
        { count: tenantMaxRunning, running: runs.tenant, ahead: before.tenant },
      ],
      floor: isLoaded ? undefined : this.#floorBefore(request),
    });
    const isKnown = raw.basis !== "unknown";
    const loadMs = isLoaded ? 0 : (floor.loadMs(model) ?? 0);
    const correction = this.#corrections[priorityOf(request)].of(tenant);
    return {
      position,
      expectedMs: isKnown ? raw.ms * correction + loadMs : undefined,
      placeMs: isKnown ? raw.ms : undefined,
      basis: raw.basis,
    };
  }

  /**
   * In how many milliseconds a tenant has one request less in a line, running or waiting; undefined
   * where that is not known.
   */
  untilOneEnds(tenant: string, line: LineName): number | undefined {
    const ends: number[] = [];
    this.view.running.forEach(({ line: its, place }) => {
      if (its !== line || place.label.tenant !== tenant) return;
      const { meanMs, basis } = this.#restOf(place);
      if (basis !== "unknown") ends.push(meanMs);
    });
    if (ends.length > 0) return Math.min(...ends);
    for (const waiting of Object.values(this.view.waiting)) {
      for (const [kind, tickets] of waiting.kindsOf(tenant)) {
        if (kind.line !== line || !tickets.first) continue;
        const { expectedMs } = this.of(tickets.first);
        if (expectedMs === undefined) continue;
        ends.push(expectedMs + this.#holds.of(tenant, kind.model).meanMs);
      }
    }
    return ends.length > 0 ? Math.min(...ends) : undefined;
  }

  /** Adds up what goes before a request. @returns how many requests of its line do. */
  #goBefore(
    request: PlaceRequest | Ticket,
    work: Record<"model" | "line" | "tenant", Work>,
  ): number {
    const { waiting, turns, floor } = this.view;
    const { line, model } = request;
    let position = 0;
    const timeOf = this.#timeOf;
    const priority = priorityOf(request);
    const order = { waiting: waiting[priority], turns: turns[priority], timeOf };
    forEachTurnBefore(request, order, ({ kind, count, time, isOwn }) => {
      if (kind.line === line) position += count;
      if (isOwn && kind.line === line) work.tenant.add(time, count);
      if (kind.model === model) work.model.add(time, count);
      // Those whose model is not in memory have to wait for that, and hold up nobody.
      if (kind.line === line && (kind.model === model || floor.isLoaded(kind.model))) {
        work.line.add(time, count);
      }
    });
    if (priority === "background") position += this.#addInteractive(request, work);
    return Math.round(position);
  }

  /** What is not in the background goes first, until background work is due. */
  #addInteractive({ line, model }: PlaceRequest, work: Record<"model" | "line", Work>): number {
    const all = { model: new Work(), line: new Work() };
    let count = 0;
    for (const kind of this.view.waiting.interactive.kinds) {
      const { size } = kind.tickets;
      const time = this.#holds.ofModel(kind.model);
      if (kind.line === line) count += size;
      if (kind.model === model) all.model.add(time, size);
      if (kind.line === line) all.line.add(time, size);
    }
    for (const name of ["model", "line"] as const) {
      const dueMs = this.view.share.dueInMs(work[name].meanMs);
      const part = all[name].meanMs > dueMs ? dueMs / all[name].meanMs : 1;
      work[name].addAll(all[name], part);
    }
    return count;
  }

  /** What the models have to do that are to leave memory before a request's own can be loaded. */
  #floorBefore(request: PlaceRequest | Ticket) {
    const { floor, running, waiting, modelParallel, workOn, now } = this.view;
    const enqueuedAt = "enqueuedAt" in request ? request.enqueuedAt : now();
    const tenants = Math.max(1, waiting[priorityOf(request)].tenantsFor(request.model));
    const turn = floor.turnOf({ model: request.model, enqueuedAt, tenants }, now(), workOn);
    if (!turn) return undefined;
    const work = new Work();
    for (const model of turn.after) {
      running.forEach(({ place }) => {
        if (place.label.model === model) work.add(this.#restOf(place));
      });
      for (const kind of waiting.interactive.kinds) {
        if (kind.model === model) work.add(this.#holds.ofModel(model), kind.tickets.size);
      }
    }
    const lastMs = work.count > 0 ? work.meanMs / work.count : 0;
    return { work, places: modelParallel(turn.after[0] ?? ""), atMostMs: turn.inMs + lastMs };
  }

  readonly #timeOf = (tenant: string, model: string) => this.#holds.of(tenant, model);

  /** What is left of a request that runs, with what is left of its model's load. */
  #restOf({ label: { tenant, model }, heldMs, loadingMs }: Place) {
    const rest = this.#holds.restOf(tenant, model, heldMs);
    if (loadingMs === undefined) return rest;
    return { ...rest, meanMs: rest.meanMs + (this.loadRestMs(model, loadingMs) ?? 0) };
  }
}
