import type { Host } from "../hosts/host.ts";
import type { BackgroundShare } from "./background-share.ts";
import type { HeldModels } from "./held-models.ts";
import type { LineCounter } from "./line-counter.ts";
import type { ModelFloor } from "./model-floor.ts";
import type { Openings } from "./openings.ts";
import { Place } from "./place.ts";
import type { PlaceWatch } from "./place-watch.ts";
import type { RunningRequests } from "./running-requests.ts";
import type { Turns } from "./turns.ts";
import {
  type LineName,
  type PlaceRequest,
  type Priority,
  priorityOf,
  type WaitingRequests,
} from "./waiting-requests.ts";
import type { WarmPrefixes } from "./warm-prefixes.ts";
import type { Outlook } from "./waits/outlook.ts";

interface PlaceGiverOptions {
  /** The inference server that places are on. */
  host: Host;
  turns: Record<Priority, Turns>;
  floor: Pick<ModelFloor, "started" | "ended">;
  watch: Pick<PlaceWatch, "add" | "forget">;
  counters: Record<LineName, LineCounter>;
  waiting: Record<Priority, WaitingRequests>;
  running: RunningRequests;
  held: Pick<HeldModels, "ranDry">;
  share: BackgroundShare;
  openings: Pick<Openings, "freeFor">;
  outlook: Pick<Outlook, "ended">;
  prefixes: WarmPrefixes;
  now: () => number;
  /** Called when a place was given back. */
  onFree: () => void;
}

/** Gives requests their places, and settles what they cost when they are given back. */
export class PlaceGiver {
  readonly #options: PlaceGiverOptions;

  constructor(options: PlaceGiverOptions) {
    this.#options = options;
  }

  /** Gives a request its place, for which it has waited so long. */
  give(request: PlaceRequest, waitedMs: number): Place {
    const { host, watch, floor, turns, counters, running: all, prefixes } = this.#options;
    const { openings, outlook, held, now, onFree } = this.#options;
    const { line, tenant, model, parts, prefix } = request;
    const priority = priorityOf(request);
    const counter = counters[line];
    counter.started(waitedMs);
    floor.started(model, now());
    prefixes.began(request, openings.freeFor(model));
    const charge = turns[priority].start(tenant, model);
    const settleShare = this.#shareOf(priority);
    const place: Place = new Place({
      host,
      label: { line, tenant, model },
      waitedMs,
      now,
      onRelease: (outcome, costMs) => {
        watch.forget(watched);
        outlook.ended(place, outcome);
        all.remove(running);
        prefixes.ended({ tenant, model, prefix }, openings.freeFor(model));
        const isTelling = outcome === "completed" && !place.hasSlept;
        charge.settle(costMs * (parts?.get(tenant) ?? 1), isTelling);
        for (const [other, part] of parts ?? []) {
          if (other !== tenant) turns[priority].charge(other, costMs * part);
        }
        settleShare(costMs);
        counter.running -= 1;
        counter.ended(outcome);
        floor.ended(model, now());
        if (all.ofModel(model) === 0) held.ranDry(model);
        onFree();
      },
    });
    const running = all.add({ line, priority, place, charge });
    const watched = watch.add(place);
    return place;
  }

  /** @returns what is to be told the cost of work that starts now, for the share of background. */
  #shareOf(priority: Priority): (costMs: number) => void {
    const { share, waiting } = this.#options;
    if (priority === "interactive") {
      return (costMs) => {
        if (waiting.background.size > 0) share.hasWaited(costMs);
      };
    }
    return share.isDue && waiting.interactive.size > 0 ? share.goFirst() : () => {};
  }
}
