import { quantile } from "../lib/statistics.mjs";
import { simulate } from "../lib/simulation.mjs";
import { figure, markdownTable } from "../lib/table.mjs";

const LOADS_MS = [5000, 10_000, 20_000];
const PATIENCES_MS = [10_000, 30_000, 60_000];
const HOUR_MS = 3_600_000;
/** As it is unless it is set, and what it has to reach. */
const USUAL_PATIENCE_MS = 30_000;
const GOAL = 1.5;

/** What patience costs and gives: two tenants on two models of which one fits into memory. */
export async function patience(parts) {
  const rows = [];
  let isMet = true;
  for (const loadMs of LOADS_MS) {
    const plain = await run({ loadMs }, "first come, first served", parts);
    rows.push(row(loadMs, "first come, first served", plain, plain));
    for (const patienceMs of PATIENCES_MS) {
      const result = await run({ loadMs, patienceMs }, "by cost", parts);
      if (patienceMs === USUAL_PATIENCE_MS) isMet &&= result.answers >= GOAL * plain.answers;
      rows.push(row(loadMs, `${patienceMs / 1000} s of patience`, result, plain));
    }
  }
  return {
    title: "Two tenants on two models that do not fit together, by patience",
    table: markdownTable(
      ["load", "", "answers an hour", "of first come", "p95 wait s", "longest wait s", "loads"],
      rows,
    ),
    goal: `${GOAL} × the answers of first come first served with ${USUAL_PATIENCE_MS / 1000} s of patience`,
    isMet,
  };
}

async function run({ loadMs, patienceMs = USUAL_PATIENCE_MS }, policy, parts) {
  const group = { clients: 6, costMs: 3000, spread: 0.5 };
  const workload = {
    about: "",
    lastsMs: HOUR_MS,
    room: 1,
    loadMs,
    patienceMs,
    tenants: [
      { ...group, name: "a", model: "one" },
      { ...group, name: "b", model: "two" },
    ],
  };
  const { answered, loads } = await simulate(workload, policy, parts);
  const waits = answered.map(({ arrivedMs, startedMs }) => (startedMs - arrivedMs) / 1000);
  return { answers: answered.length, waits, loads };
}

function row(loadMs, name, { answers, waits, loads }, plain) {
  return [
    `${loadMs / 1000} s`,
    name,
    String(answers),
    figure(answers / plain.answers),
    figure(quantile(waits, 0.95), 0),
    figure(Math.max(...waits), 0),
    String(loads),
  ];
}
