import { setTimeout as delay } from "node:timers/promises";
import { TEXT_MODEL, generate, startEngine } from "../lib/engine.mjs";
import { processUsage } from "../lib/process-usage.mjs";
import { figure, markdownTable } from "../lib/table.mjs";

const LOADS = 50;
/** The first loads bring llama.cpp itself into memory, and allocators settle. */
const WARM_UP = 20;
const SETTLE_MS = 1_000;
const GOAL = 0.1;

/** Memory after many loads and unloads of a model, each with an answer in between. */
export async function engineMemory() {
  const engine = await startEngine();
  try {
    for (let count = 0; count < WARM_UP; count += 1) await loadAndUnload();
    const before = await idleMb();
    for (let count = 0; count < LOADS; count += 1) await loadAndUnload();
    const after = await idleMb();
    const growth = after / before - 1;
    return {
      title: `Resident memory of the engine, ${LOADS} loads and unloads apart`,
      table: markdownTable(
        ["before MB", "after MB", "growth"],
        [[figure(before, 0), figure(after, 0), `${figure(growth * 100, 1)} %`]],
      ),
      goal: `at most ${GOAL * 100} % more`,
      isMet: !(growth > GOAL),
    };
  } finally {
    await engine.stop();
  }

  /** A model is out of the list a little before it is out of memory. */
  async function idleMb() {
    await delay(SETTLE_MS);
    return (await processUsage(engine.pid))?.rssMb ?? Number.NaN;
  }

  async function loadAndUnload() {
    const options = { num_predict: 2 };
    await generate(engine.url, { model: TEXT_MODEL, prompt: "Hi", keep_alive: 0, options });
    for (;;) {
      const { models } = await (await fetch(`${engine.url}/api/ps`)).json();
      if (models.length === 0) return;
      await delay(20);
    }
  }
}
