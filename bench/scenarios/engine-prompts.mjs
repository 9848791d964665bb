import { TEXT_MODEL, requireTextModel } from "../lib/engine.mjs";
import { withInference } from "../lib/inference.mjs";
import { median } from "../lib/statistics.mjs";
import { figure, markdownTable } from "../lib/table.mjs";

const ROUNDS = 2;
/** About 300 tokens: with 600 a busy machine took a quarter of an hour. */
const SENTENCES = 20;

/**
 * What clients of one tenant ask, all at once, each waiting for its answers: questions behind one of
 * two instructions, and conversations that each have their own.
 */
const KINDS = [
  { name: "6 clients, 2 instructions", clients: 6, beginnings: 2, turns: 3, grows: false },
  { name: "3 conversations", clients: 3, beginnings: 3, turns: 3, grows: true },
];

/**
 * How long one place of the embedded engine reads prompts of which it may have the beginning in
 * memory: first come first served, as the engine has it, and in the service's order.
 */
export async function enginePrompts() {
  requireTextModel();
  const { result: rows } = await withInference({ engine: true, settings: {} }, async (server) => {
    const measured = KINDS.map(() => ({ direct: [], gateway: [] }));
    await turn(server.direct, [{ role: "user", content: "Hi" }]);
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [at, kind] of KINDS.entries()) {
        for (const side of ["direct", "gateway"]) {
          measured[at][side].push(await play(server[side], kind, `${side} ${round} ${at}`));
        }
      }
    }
    return measured;
  });
  const cells = ({ readMs, perSecond }) => [figure(readMs, 0), figure(perSecond)];
  return {
    title: "Prompts of which one place has the beginning in memory, on the embedded engine",
    table: markdownTable(
      ["", "prompt ms", "answers/s", "with the service: prompt ms", "answers/s"],
      KINDS.map(({ name }, at) => [
        name,
        ...cells(medians(rows[at].direct)),
        ...cells(medians(rows[at].gateway)),
      ]),
    ),
    goal: "0.8 of the time for prompts behind 2 instructions",
    isMet: medians(rows[0].gateway).readMs <= 0.8 * medians(rows[0].direct).readMs,
  };
}

function medians(rounds) {
  return {
    readMs: median(rounds.map(({ readMs }) => readMs)),
    perSecond: median(rounds.map(({ perSecond }) => perSecond)),
  };
}

/** @returns milliseconds for a prompt, on average, and answers a second. */
async function play(origin, { clients, beginnings, turns, grows }, mark) {
  const readMs = [];
  const startedAt = performance.now();
  const converse = async (_, client) => {
    const said = [{ role: "system", content: instructions(`${mark} ${client % beginnings}`) }];
    for (let at = 0; at < turns; at += 1) {
      said.push({ role: "user", content: `Question ${client}.${at}: what is next?` });
      const { message, prompt_eval_duration } = await turn(origin, said);
      readMs.push(prompt_eval_duration / 1e6);
      if (grows) said.push(message);
      else said.pop();
    }
  };
  await Promise.all(Array.from({ length: clients }, converse));
  const perSecond = (readMs.length * 1000) / (performance.now() - startedAt);
  return { readMs: readMs.reduce((a, b) => a + b, 0) / readMs.length, perSecond };
}

function instructions(mark) {
  return `${mark}. ${"The keeper of the lighthouse wrote down every ship that passed. ".repeat(SENTENCES)}`;
}

async function turn(origin, messages) {
  const options = { num_predict: 8, temperature: 0 };
  const answer = await fetch(`${origin}/api/chat`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ model: TEXT_MODEL, messages, options, stream: false }),
  });
  if (answer.status !== 200) throw new Error(await answer.text());
  return answer.json();
}
