import { inferenceMs } from "../../../bench/lib/sharing-figures.mjs";
import { simulate } from "../../../bench/lib/simulation.mjs";
import { LoadTimes } from "../../../src/models/load-times.ts";
import { LightSignal } from "../../../src/runtime/light-signal.ts";
import { CostEstimates } from "../../../src/scheduling/cost-estimates.ts";
import { FairQueue } from "../../../src/scheduling/fair-queue.ts";
import { ModelFloor } from "../../../src/scheduling/model-floor.ts";
import { StartTimeTurns } from "../../../src/scheduling/start-time-turns.ts";
import { TenantWeights } from "../../../src/scheduling/tenant-weights.ts";

/** The service's own parts, from the sources. */
const parts = {
  FairQueue,
  ModelFloor,
  StartTimeTurns,
  CostEstimates,
  TenantWeights,
  LoadTimes,
  LightSignal,
};

type Workload = Parameters<typeof simulate>[0];

/** Plays a workload with the service's own queue and turns, as `npm run bench:sharing` does. */
export function play(workload: Omit<Workload, "about">, seed?: number) {
  return simulate({ about: "", ...workload }, "by cost", parts, seed);
}

/** The part of the inference of these groups that each of them had between two times. */
export function sharesOf(
  { answered, lastsMs }: Awaited<ReturnType<typeof play>>,
  names: string[],
  fromMs = 0,
): Map<string, number> {
  const had: Map<string, number> = inferenceMs(answered, fromMs, lastsMs);
  const all = names.reduce((sum, name) => sum + (had.get(name) ?? 0), 0);
  return new Map(names.map((name) => [name, (had.get(name) ?? 0) / all]));
}
