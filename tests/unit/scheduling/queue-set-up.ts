import type { Host } from "../../../src/hosts/host.ts";
import { fakeClient } from "../../support/fake-client.ts";
import { WatchList } from "../../../src/runtime/watch-list.ts";
import { FairQueue, type PlaceRequest } from "../../../src/scheduling/fair-queue.ts";
import { CostEstimates } from "../../../src/scheduling/cost-estimates.ts";
import { ModelFloor, type FloorModels } from "../../../src/scheduling/model-floor.ts";
import { LoadTimes } from "../../../src/models/load-times.ts";
import type { Place } from "../../../src/scheduling/place.ts";
import { StartTimeTurns } from "../../../src/scheduling/start-time-turns.ts";
import { TenantWeights } from "../../../src/scheduling/tenant-weights.ts";

/** Every model fits and is in memory. */
export const allLoaded: FloorModels = {
  isLoaded: () => true,
  isLoading: () => false,
  modelsToEvict: () => [],
  loadedAt: () => 0,
  mayBeEvictedSince: () => undefined,
  expectLoad: () => {},
};

interface Given {
  host?: Host;
  maxRunning?: number;
  maxWaiting?: number;
  tenantMaxRunning?: number;
  modelParallel?: number;
  models?: FloorModels;
  patienceMs?: number;
  loadTimes?: LoadTimes;
  sweepMs?: number;
  weights?: Record<string, number>;
}

/** The inference server that places are on. */
export const fakeHost = {
  origin: "http://up",
  assertAvailable: (): void => {},
  checkHealth: (): void => {},
};

/** The service's own order of turns. */
export function turnsByCost(weights: Record<string, number> = {}) {
  const fairness = {
    weights: new TenantWeights(new Map(Object.entries(weights))),
    estimates: new CostEstimates(),
  };
  return {
    interactive: new StartTimeTurns(fairness),
    background: new StartTimeTurns(fairness),
  };
}

/** A queue, and a log of who got a place in which order. Time is vitest's fake clock. */
export function setUpQueue(given: Given = {}) {
  const { maxRunning = 100, maxWaiting = 100, tenantMaxRunning = 100 } = given;
  const { models = allLoaded, patienceMs = 30_000, loadTimes = new LoadTimes() } = given;
  const line = { maxRunning, maxWaiting, tenantMaxRunning };
  const held = new WatchList<Place>();
  const queue = new FairQueue({
    host: given.host ?? fakeHost,
    lines: { text: line, vision: line },
    modelParallel: () => given.modelParallel ?? 1,
    floor: new ModelFloor({ models, loadTimes, patienceMs }),
    turns: turnsByCost(given.weights),
    watch: { add: (place) => held.add(place), forget: (seat) => void held.remove(seat) },
    ...(given.sweepMs === undefined ? {} : { sweepMs: given.sweepMs }),
  });
  const order: string[] = [];
  const places = new Map<string, Place>();

  /** Asks for a place under a label; the label is logged when the place is there. */
  async function ask(label: string, request: Partial<PlaceRequest> = {}): Promise<Place> {
    const slot = await queue.acquire({
      line: "text",
      tenant: label.replace(/\d+$/, ""),
      model: "m",
      maxWaitMs: 120_000,
      signal: fakeClient().signal,
      ...request,
    });
    order.push(label);
    places.set(label, slot);
    return slot;
  }

  return {
    queue,
    /** The places that are held. */
    held: (): Place[] => {
      const members: Place[] = [];
      held.forEach((seat) => members.push(seat.member));
      return members;
    },
    order,
    ask,
    /** Ends the request with this label, which has cost so much; as long as it was held. */
    end: (label: string, costMs?: number) => places.get(label)?.release("completed", costMs),
  };
}
