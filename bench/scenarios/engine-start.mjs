import { startEngine } from "../lib/engine.mjs";
import { processUsage } from "../lib/process-usage.mjs";
import { median } from "../lib/statistics.mjs";
import { figure, markdownTable } from "../lib/table.mjs";

const STARTS = 5;
const START_GOAL_MS = 400;
const MEMORY_GOAL_MB = 120;

/** From the start of the process to its first answer, and its memory before a model is loaded. */
export async function engineStart() {
  const starts = [];
  for (let count = 0; count < STARTS; count += 1) {
    const { startMs, pid, stop } = await startEngine();
    starts.push({ startMs, rssMb: (await processUsage(pid))?.rssMb });
    await stop();
  }
  const startMs = median(starts.map((start) => start.startMs));
  const rssMb = median(starts.map((start) => start.rssMb ?? Number.NaN));
  return {
    title: `Start of the engine, medians of ${STARTS}`,
    table: markdownTable(
      ["first answer ms", "resident MB"],
      [[figure(startMs, 0), figure(rssMb, 0)]],
    ),
    goal: `an answer within ${START_GOAL_MS} ms, less than ${MEMORY_GOAL_MB} MB`,
    isMet: startMs < START_GOAL_MS && !(rssMb >= MEMORY_GOAL_MB),
  };
}
