import { readdir, readFile } from "node:fs/promises";
import { metricOf, withAgents } from "../lib/agents.mjs";
import { processUsage } from "../lib/process-usage.mjs";
import { figure, markdownTable } from "../lib/table.mjs";

const RUNS = 1000;
const WARM_UP = 300;
const AT_ONCE = 6;
const GOAL_MB = 32;

/** A thousand runs, a third of them cancelled, a third whose tool's server dies: what they leave. */
export async function agentLeaks() {
  const { before, after, outcomes } = await withAgents(
    { server: { scope: "run" } },
    async (setup) => {
      // Ended runs stay in memory for a while, as many as there may be.
      await runMany(setup, WARM_UP);
      const before = await heldBy(setup);
      const outcomes = await runMany(setup, RUNS);
      return { before, outcomes, after: await heldBy(setup) };
    },
  );
  const growthMb = after.rssMb - before.rssMb;
  const held = ["runs", "places", "waiting", "servers", "children"];
  return {
    title: `${RUNS} runs, a third cancelled, a third whose tool dies`,
    table: markdownTable(
      ["", ...held, "RSS MB"],
      [
        ["before", ...held.map((name) => String(before[name])), figure(before.rssMb, 0)],
        ["after", ...held.map((name) => String(after[name])), figure(after.rssMb, 0)],
      ],
    ),
    goal: `nothing held, no more processes than before, at most ${GOAL_MB} MB more (${JSON.stringify(outcomes)})`,
    isMet:
      held.every((name) => after[name] === before[name]) &&
      (Number.isNaN(growthMb) || growthMb <= GOAL_MB),
  };
}

async function runMany(setup, count) {
  const outcomes = {};
  let next = 0;
  const work = async () => {
    for (let i = next++; i < count; i = next++) {
      const status = await runOne(setup, i);
      outcomes[status] = (outcomes[status] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return outcomes;
}

async function runOne({ run, post }, i) {
  // A tenant whose server keeps dying is left alone for a while.
  const tenant = `tenant-${i}`;
  const kind = i % 3;
  if (kind > 0) {
    const answer = await run([[kind === 1 ? "exit" : "echo", {}]], {}, tenant);
    return (await answer.json()).status;
  }
  const begun = await (await run([["wait", { ms: 60_000 }]], { background: true }, tenant)).json();
  await new Promise((resolve) => setTimeout(resolve, (i % 7) * 20));
  const path = `/api/v1/agents/runs/${begun.run_id}/cancel`;
  return (await (await post(path, tenant)).json()).status;
}

/** What is held once nothing is under way. */
async function heldBy({ url, pid }) {
  const figures = async () => ({
    runs: await metricOf(url, "shared_ollama_agent_runs"),
    places: await metricOf(url, "shared_ollama_slots_used"),
    waiting: await metricOf(url, "shared_ollama_queue_length"),
    servers: await metricOf(url, "shared_ollama_mcp_servers_running"),
    children: await childrenOf(pid),
  });
  let held = await figures();
  for (let tries = 0; tries < 50 && held.runs + held.children > 0; tries += 1) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    held = await figures();
  }
  return { ...held, rssMb: (await processUsage(pid))?.rssMb ?? Number.NaN };
}

/** Processes that a process has started and that have not ended; 0 where there is no /proc. */
async function childrenOf(pid) {
  const all = await readdir("/proc").catch(() => []);
  const parents = await Promise.all(
    all
      .filter((name) => /^\d+$/.test(name))
      .map((name) => readFile(`/proc/${name}/stat`, "utf8").catch(() => "")),
  );
  return parents.filter((stat) => {
    const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return Number(parent) === pid && state !== "Z";
  }).length;
}
