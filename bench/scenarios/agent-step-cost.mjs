import { withAgents } from "../lib/agents.mjs";
import { processUsage } from "../lib/process-usage.mjs";
import { median, quantile } from "../lib/statistics.mjs";
import { figure, markdownTable } from "../lib/table.mjs";

const WARM_UP = 50;
const RUNS = 200;
const STEPS = 3;
const GOAL_MS = 15;

/**
 * What the service itself takes for a run of three turns with two calls of a stdio server: the processor
 * time of its process, which no other program on the machine has a part in; and how long a step takes
 * where the model and the tool take next to nothing.
 */
export async function agentStepCost() {
  const { rows, cpuMs } = await withAgents({}, async ({ run, pid }) => {
    const forms = { whole: {}, streamed: { stream: true } };
    const took = { whole: [], streamed: [] };
    const runAll = async (count) => {
      for (let i = 0; i < count; i += 1) {
        for (const [name, more] of Object.entries(forms)) took[name].push(await stepMs(run, more));
      }
    };
    await runAll(WARM_UP);
    const before = await processUsage(pid);
    await runAll(RUNS);
    const after = await processUsage(pid);
    const usedUs = (after?.cpuUs ?? Number.NaN) - (before?.cpuUs ?? Number.NaN);
    return {
      cpuMs: usedUs / 1000 / (2 * RUNS * STEPS),
      rows: Object.entries(took).map(([name, all]) => {
        const measured = all.slice(WARM_UP);
        return { name, median: median(measured), p95: quantile(measured, 0.95) };
      }),
    };
  });
  return {
    title: "A run of three turns with two calls of a stdio server, by step",
    table: markdownTable(
      ["answer", "median ms a step", "p95 ms a step", "the service's CPU ms a step"],
      rows.map((row) => [row.name, figure(row.median), figure(row.p95), figure(cpuMs)]),
    ),
    goal: `at most ${GOAL_MS} ms of the service's own time a step`,
    // Without /proc all that passes counts, the model's and the tool's time included.
    isMet: Number.isNaN(cpuMs) ? rows.every((row) => row.median <= GOAL_MS) : cpuMs <= GOAL_MS,
  };
}

/** @returns milliseconds of one run, by its steps */
async function stepMs(run, more) {
  const calls = [
    ["echo", { n: 1 }],
    ["echo", { n: 2 }],
  ];
  const from = performance.now();
  const answer = await run(calls, more);
  const text = await answer.text();
  const tookMs = (performance.now() - from) / STEPS;
  if (answer.status !== 200 || !text.includes("Done.")) throw new Error(text);
  return tookMs;
}
