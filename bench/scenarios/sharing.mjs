import { inferenceMs, jain, slowDown } from "../lib/sharing-figures.mjs";
import { POLICIES, simulate } from "../lib/simulation.mjs";
import { figure, markdownTable } from "../lib/table.mjs";

/** What `by cost` has to reach; the other figures are shown, not judged. */
const GOALS = {
  "mixed-sizes": { goal: "Jain's index of 0.97", isMet: ({ index }) => index >= 0.97 },
  weights: { goal: "shares by the weights within 5 %", isMet: isWithin(0.05) },
  agents: { goal: "equal shares within 5 %", isMet: isWithin(0.05) },
  leaver: {
    goal: "no more than an equal share for the leaver",
    isMet: ({ shares }) => shares.get("leaver") <= 1.05,
  },
  "new-names": {
    goal: "no more than an equal share for the new names",
    isMet: ({ shares }) => shares.get("new") <= 1.05,
  },
};

/**
 * One workload under each policy.
 * @param {string} name
 * @param {import("../lib/simulation.mjs").Workload & { fairAmong?: string[] }} workload
 */
export async function sharing(name, workload, parts) {
  const groups = workload.tenants.map((group) => group.name);
  const rows = [];
  let own;
  for (const policy of POLICIES) {
    const result = await simulate(workload, policy, parts);
    own = fairness(workload, result);
    rows.push([
      policy,
      figure(own.index, 3),
      ...groups.map((group) => slowDown(result.answered, group).map(rounded).join(" / ")),
      String(result.loads),
      figure(result.answered.filter(({ endedMs }) => endedMs < Infinity).length / hours(workload)),
      String([...result.refused.values()].reduce((a, b) => a + b, 0)),
    ]);
  }
  const head = ["", "Jain", ...groups.map((group) => `${group}: p50 / p95 / p99`)];
  const { goal, isMet } = GOALS[name] ?? {};
  return {
    title: `${name}. ${workload.about}`,
    table: markdownTable([...head, "loads", "answers an hour", "refused"], rows),
    goal,
    isMet: isMet?.(own),
  };
}

/**
 * Jain's index over the inference of the tenants that have work waiting all the time, and the part of
 * its due share that each has had, from when all of them are there.
 */
function fairness({ fairAmong, tenants, lastsMs }, { answered }) {
  if (!fairAmong) return { index: undefined, shares: new Map() };
  const among = tenants.filter(({ name }) => fairAmong.includes(name));
  const fromMs = Math.max(...among.map((group) => group.fromMs ?? 0));
  const had = inferenceMs(answered, fromMs, lastsMs);
  const due = among.map(({ name, weight = 1 }) => (had.get(name) ?? 0) / weight);
  const mean = due.reduce((a, b) => a + b, 0) / due.length;
  return { index: jain(due), shares: new Map(among.map(({ name }, i) => [name, due[i] / mean])) };
}

function isWithin(part) {
  return ({ shares }) => [...shares.values()].every((share) => Math.abs(share - 1) <= part);
}

function hours({ lastsMs }) {
  return lastsMs / 3_600_000;
}

function rounded(value) {
  return figure(value, value < 10 ? 1 : 0);
}
