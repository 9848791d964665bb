import { TEXT_MODEL, startEngine } from "../lib/engine.mjs";
import { figure, markdownTable } from "../lib/table.mjs";

const STORY = "The keeper of the lighthouse wrote down every ship that passed. ".repeat(40);
const GOAL = 0.5;

/** The second turn of a conversation must not read the first again, with a seed or without. */
export async function engineTurns() {
  const engine = await startEngine();
  try {
    await promptMs([{ role: "user", content: "Hi" }], 1);
    const rows = [];
    for (const seed of [undefined, 7]) {
      const first = [{ role: "user", content: `${seed ?? "any"}: ${STORY}` }];
      const firstMs = await promptMs(first, seed);
      const answer = { role: "assistant", content: "I see." };
      const secondMs = await promptMs(
        [...first, answer, { role: "user", content: "Go on." }],
        seed,
      );
      rows.push({ name: seed === undefined ? "no seed" : "seed", firstMs, secondMs });
    }
    return {
      title: "Reading the prompt of two turns of a conversation",
      table: markdownTable(
        ["", "first ms", "second ms"],
        rows.map(({ name, firstMs, secondMs }) => [name, figure(firstMs, 0), figure(secondMs, 0)]),
      ),
      goal: `the second turn takes less than ${GOAL} of the first`,
      isMet: rows.every(({ firstMs, secondMs }) => secondMs < GOAL * firstMs),
    };
  } finally {
    await engine.stop();
  }

  async function promptMs(messages, seed) {
    const options = { num_predict: 2, ...(seed !== undefined && { seed }) };
    const body = JSON.stringify({ model: TEXT_MODEL, messages, stream: false, options });
    const answer = await fetch(`${engine.url}/api/chat`, { method: "POST", body });
    return (await answer.json()).prompt_eval_duration / 1e6;
  }
}
