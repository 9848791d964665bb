import type { HeldModels } from "./held-models.ts";
import type { LineCounter } from "./line-counter.ts";
import type { ModelFloor } from "./model-floor.ts";
import type { RunningRequests } from "./running-requests.ts";
import {
  type LineName,
  type PlaceRequest,
  type Priority,
  priorityOf,
  type Ticket,
  type WaitingRequests,
} from "./waiting-requests.ts";

interface OpeningsOptions {
  lines: Record<LineName, { maxRunning: number; tenantMaxRunning: number }>;
  modelParallel: (model: string) => number;
  floor: Pick<ModelFloor, "admits">;
  counters: Record<LineName, Pick<LineCounter, "running">>;
  waiting: Record<Priority, WaitingRequests>;
  running: RunningRequests;
  held: Pick<HeldModels, "has">;
  now: () => number;
}

/** What decides whether a request may go. */
type PlaceKey = Pick<PlaceRequest, "line" | "tenant" | "model">;

/** Which requests may go now: by the places of their line, their tenant's cap and their model. */
export class Openings {
  readonly #options: OpeningsOptions;

  constructor(options: OpeningsOptions) {
    this.#options = options;
  }

  /** Whether a request that comes now may go at once, before those that wait. */
  forNewcomer(ticket: Ticket): boolean {
    const { waiting } = this.#options;
    if (waiting[priorityOf(ticket)].waitsFor(ticket) || !this.mayStart(ticket)) return false;
    // Another tenant's request may wait for the model to run dry.
    const others = waiting.interactive.ticketsFor(ticket.model);
    return !others.some((other) => this.#fits(other) && !this.isAdmitted(other));
  }

  /** Whether a request may go, others aside. */
  mayStart(request: PlaceRequest): boolean {
    return this.#fits(request) && this.isAdmitted(request);
  }

  /** Whether a request itself agrees to go beside those that run on its model. */
  readonly isAdmitted = ({ admits, model }: PlaceRequest): boolean =>
    admits === undefined || admits(this.#options.running.ofModel(model));

  /** Whether a tenant has as many requests running in a line as it may. */
  readonly isAtCap = (line: LineName, tenant: string): boolean =>
    this.#options.running.ofTenant(line, tenant) >= this.#options.lines[line].tenantMaxRunning;

  /** Whether a place is free, tenants' caps aside. */
  readonly isOpen = ({ line, model }: Pick<PlaceRequest, "line" | "model">): boolean => {
    const { lines, counters, held, floor, now } = this.#options;
    return (
      counters[line].running < lines[line].maxRunning &&
      this.freeFor(model) > 0 &&
      !held.has(model) &&
      floor.admits(model, now(), this.isBusy)
    );
  };

  /** Whether a model has work running, or waiting that is not in the background. */
  readonly isBusy = (model: string): boolean =>
    this.#options.running.ofModel(model) > 0 || this.#options.waiting.interactive.waitFor(model);

  /** How many more requests the server would work on beside those that run on a model. */
  freeFor(model: string): number {
    return this.#options.modelParallel(model) - this.#options.running.ofModel(model);
  }

  #fits({ line, tenant, model }: PlaceKey): boolean {
    return !this.isAtCap(line, tenant) && this.isOpen({ line, model });
  }
}
