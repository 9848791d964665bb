import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { TEXT_MODEL, WEIGHTS, generate, startEngine } from "../lib/engine.mjs";
import { Program } from "../lib/program.mjs";
import { median } from "../lib/statistics.mjs";
import { figure, markdownTable } from "../lib/table.mjs";

const TURNS = 5;
const STREAMS = 4;
const TOKENS = 100;
const PROMPT = "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13,";
const ONE_GOAL = 0.9;
const FOUR_GOAL = 1.5;

const request = {
  model: TEXT_MODEL,
  prompt: PROMPT,
  raw: true,
  options: { num_predict: TOKENS, temperature: 0.8, seed: 1, repeat_penalty: 1 },
};

/**
 * Tokens a second of the engine over HTTP beside those of its binding alone, on the same weights
 * with as many threads, in turns; and of four streams together beside those of one.
 */
export async function engineSpeed() {
  const threads = Math.max(1, availableParallelism() - 1);
  const file = fileURLToPath(new URL("../programs/bare-binding.mjs", import.meta.url));
  const flags = ["--weights", WEIGHTS, "--prompt", PROMPT, "--tokens", String(TOKENS)];
  const bare = new Program(process.execPath, [file, ...flags, "--threads", String(threads)]);
  const engine = await startEngine({ OLLAMA_NUM_PARALLEL: String(STREAMS) });
  try {
    const bareUrl = await bare.listening();
    const turns = [];
    await turn();
    for (let count = 0; count < TURNS; count += 1) turns.push(await turn());
    const rates = {
      bare: median(turns.map(({ bare }) => bare)),
      one: median(turns.map(({ one }) => one)),
      four: median(turns.map(({ four }) => four)),
    };
    const overHttp = median(turns.map(({ one, bare }) => one / bare));
    const together = median(turns.map(({ four, one }) => four / one));
    return {
      title: `${TEXT_MODEL}, ${threads} threads, ${TOKENS} tokens an answer, medians of ${TURNS} turns`,
      table: markdownTable(
        ["", "tokens/s", "ratio"],
        [
          ["the binding alone", figure(rates.bare, 1), ""],
          ["the engine over HTTP", figure(rates.one, 1), figure(overHttp)],
          [`${STREAMS} streams together`, figure(rates.four, 1), figure(together)],
        ],
      ),
      goal: `over HTTP at least ${ONE_GOAL} of the binding, ${STREAMS} streams at least ${FOUR_GOAL} of one`,
      isMet: overHttp >= ONE_GOAL && together >= FOUR_GOAL,
    };

    async function turn() {
      const { tokensPerSec } = await (await fetch(bareUrl)).json();
      const one = rateOf([await generate(engine.url, request)]);
      const streams = Array.from({ length: STREAMS }, () => generate(engine.url, request));
      return { bare: tokensPerSec, one, four: rateOf(await Promise.all(streams)) };
    }
  } finally {
    await engine.stop();
    await bare.stop();
  }
}

/** Tokens a second from the moment on when all streams have begun. */
function rateOf(answers) {
  const begun = Math.max(...answers.map(({ lines }) => lines[0].at));
  const ended = Math.max(...answers.map(({ lines }) => lines.at(-1).at));
  const tokens = answers.flatMap(({ lines }) =>
    lines.filter(({ at, done }) => at > begun && !done),
  );
  return (tokens.length / (ended - begun)) * 1000;
}
