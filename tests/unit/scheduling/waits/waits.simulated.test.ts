import { expect, it } from "vitest";
import {
  simulatedWaits,
  waitErrors,
  WAIT_WORKLOADS,
} from "../../../../bench/scenarios/expected-wait.mjs";
import { median } from "../../../../bench/lib/statistics.mjs";
import { play } from "../simulated.ts";

const HOUR_MS = 3_600_000;

const cases = WAIT_WORKLOADS.filter(({ hasGoal }) => hasGoal);

it.each(cases)("$name: waits are what was expected, within 30 % in the median", async (one) => {
  const played = await play({ ...one.workload, lastsMs: HOUR_MS }, 7);
  const errors = waitErrors(simulatedWaits(played)).slice(0, 500);
  expect(errors).toHaveLength(500);
  expect(median(errors)).toBeLessThanOrEqual(0.3);
});
