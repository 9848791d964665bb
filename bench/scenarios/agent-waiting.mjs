import { metricOf, withAgents } from "../lib/agents.mjs";
import { ask, chat } from "../lib/ask.mjs";
import { markdownTable, figure } from "../lib/table.mjs";

const TENANTS = 10;
const RUNS_EACH = 2;
const TOOL_MS = 10_000;
const AT_ONCE_MS = 250;

/** Places that runs hold which wait for a tool of ten seconds, and what a chat waits beside them. */
export async function agentWaiting() {
  const server = { scope: "shared", calls_at_once: TENANTS * RUNS_EACH };
  const row = await withAgents({ server }, async ({ url, run, get }) => {
    const runs = Array.from({ length: TENANTS * RUNS_EACH }, (_, i) =>
      run([["wait", { ms: TOOL_MS }]], {}, `tenant-${i % TENANTS}`),
    );
    const isWaiting = async () => {
      const { running } = await get("/api/v1/agents/runs");
      return running.filter(({ step_count: steps }) => steps === 1).length === runs.length;
    };
    while (!(await isWaiting())) await new Promise((resolve) => setTimeout(resolve, 20));
    const places = await metricOf(url, "shared_ollama_slots_used");
    const { tookMs } = await ask(url, chat("fake", 4), "bystander");
    const answers = await Promise.all(runs.map(async (answer) => (await answer).json()));
    return {
      places,
      tookMs,
      completed: answers.filter(({ status }) => status === "completed").length,
    };
  });
  return {
    title: `${TENANTS * RUNS_EACH} runs of ${TENANTS} tenants that wait for a tool of ${TOOL_MS / 1000} s`,
    table: markdownTable(
      ["places in use", "another tenant's chat ms", "runs completed"],
      [[String(row.places), figure(row.tookMs, 1), String(row.completed)]],
    ),
    goal: `no place in use, the chat answered within ${AT_ONCE_MS} ms, all runs completed`,
    isMet: row.places === 0 && row.tookMs <= AT_ONCE_MS && row.completed === TENANTS * RUNS_EACH,
  };
}
