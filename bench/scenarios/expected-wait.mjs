import { simulate } from "../lib/simulation.mjs";
import { median, quantile } from "../lib/statistics.mjs";
import { figure, markdownTable } from "../lib/table.mjs";

/** Shorter waits are over before anybody reads what was expected. */
const FROM_MS = 2000;
const WAITS = 500;
/** The median error that is to be kept, as a part of the wait. */
export const EXPECTED_WAIT_GOAL = 0.3;

/**
 * How far the waits were from what the waiting were told, as a part of the wait.
 * @param {{ actualMs: number, expectedMs: number | undefined }[]} waits
 */
export function waitErrors(waits) {
  const told = waits.filter(({ expectedMs }) => expectedMs !== undefined);
  return told
    .filter(({ actualMs }) => actualMs >= FROM_MS)
    .map(({ actualMs, expectedMs = 0 }) => Math.abs(expectedMs - actualMs) / actualMs);
}

/** The waits of a simulation, as they were told and as they were. */
export function simulatedWaits({ answered }) {
  return answered.map(({ arrivedMs, startedMs, expected }) => ({
    actualMs: startedMs - arrivedMs,
    expectedMs: expected?.expectedMs,
  }));
}

/** The wait of an answer of a running service: as it was told in the head, and as it was. */
export function answeredWait(answer) {
  const timing = answer.headers.get("server-timing") ?? "";
  const phaseMs = (name) => Number(new RegExp(`\\b${name};dur=([\\d.]+)`).exec(timing)?.[1] ?? 0);
  const told = answer.headers.get("x-shared-ollama-expected-wait");
  return {
    actualMs: phaseMs("queue") + phaseMs("load"),
    expectedMs: told === null ? undefined : Number(told) * 1000,
  };
}

const HOURS_MS = 4 * 3_600_000;

/**
 * Tenants that keep so many requests open each.
 * @param {number[]} costsMs the median of each tenant's requests
 * @param {{ spread: number, clients?: number, places?: number }} options
 */
function busyTenants(costsMs, { spread, clients = 3, places = 1 }) {
  const tenants = costsMs.map((costMs) => ({ name: `${costMs} ms`, clients, costMs, spread }));
  return { about: "", lastsMs: HOURS_MS, places, tenants };
}

/** Workloads whose costs are drawn log-normal, and whether the goal holds for them. */
export const WAIT_WORKLOADS = [
  {
    name: "2, 3, 5 and 8 s, sigma 0.5",
    hasGoal: true,
    workload: busyTenants([2000, 3000, 5000, 8000], { spread: 0.5 }),
  },
  {
    name: "the same, four places",
    hasGoal: true,
    workload: busyTenants([2000, 3000, 5000, 8000], { spread: 0.5, clients: 12, places: 4 }),
  },
  {
    name: "the same, one place, sigma 0.8",
    hasGoal: false,
    workload: busyTenants([2000, 3000, 5000, 8000], { spread: 0.8 }),
  },
  {
    name: "1, 4 and 20 s, sigma 0.5",
    hasGoal: false,
    workload: busyTenants([1000, 4000, 20_000], { spread: 0.5 }),
  },
  {
    name: "bursts of 20 beside questions, sigma 0.8",
    hasGoal: false,
    workload: {
      about: "",
      lastsMs: HOURS_MS,
      tenants: [
        { name: "bursts", burst: { everyMs: 300_000, size: 20 }, costMs: 5000, spread: 0.8 },
        { name: "questions", costMs: 3000, spread: 0.8, thinkMs: 1000 },
      ],
    },
  },
  {
    name: "background beside questions, sigma 0.8",
    hasGoal: false,
    workload: {
      about: "",
      lastsMs: HOURS_MS,
      tenants: [
        { name: "night", clients: 6, costMs: 10_000, spread: 0.8, background: true },
        { name: "questions", clients: 2, costMs: 3000, spread: 0.8, thinkMs: 10_000 },
      ],
    },
  },
  {
    name: "two models, room for one, sigma 0.5",
    hasGoal: false,
    workload: {
      about: "",
      lastsMs: HOURS_MS,
      loadMs: 10_000,
      tenants: [
        { name: "a", model: "one", clients: 6, costMs: 3000, spread: 0.5 },
        { name: "b", model: "two", clients: 6, costMs: 3000, spread: 0.5 },
      ],
    },
  },
];

/** How well those who wait are told for how long. */
export async function expectedWaits(parts) {
  const rows = [];
  let isMet = true;
  for (const { name, hasGoal, workload } of WAIT_WORKLOADS) {
    const errors = waitErrors(simulatedWaits(await simulate(workload, "by cost", parts)));
    const some = errors.slice(0, WAITS);
    if (hasGoal && median(some) > EXPECTED_WAIT_GOAL) isMet = false;
    rows.push([name, String(some.length), figure(median(some)), figure(quantile(some, 0.9))]);
  }
  return {
    title: `Waits of ${FROM_MS / 1000} s and more: how far off was what they were told at first, as a part of the wait`,
    table: markdownTable(["", "waits", "median", "p90"], rows),
    goal: `a median of at most ${EXPECTED_WAIT_GOAL} where costs have a sigma of 0.5 and are not far apart`,
    isMet,
  };
}
