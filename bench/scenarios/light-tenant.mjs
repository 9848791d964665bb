import { ask, chat } from "../lib/ask.mjs";
import { withInference } from "../lib/inference.mjs";
import { median } from "../lib/statistics.mjs";
import { figure, markdownTable } from "../lib/table.mjs";

const KEPT_OPEN = 12;
const GOAL = 1.2;

/**
 * One tenant keeps twelve requests open, another one asks one short question after another.
 * What it waits should be no more than what is left of the request that is already running.
 * @param {{ engine: boolean }} options
 */
export async function lightTenant({ engine }) {
  const model = engine ? "smollm2:135m" : "one";
  const questions = { flood: chat(model, 48), light: chat(model, 4) };
  const without = await measure("without the service", "direct", 3);
  const withService = await measure("with the service", "gateway", 8);
  return {
    title: `A light tenant beside one that keeps ${KEPT_OPEN} requests open`,
    table: markdownTable(
      [
        "",
        "one running request ms",
        "median wait ms",
        "longest ms",
        "median / one",
        "longest / one",
      ],
      [without, withService].map(({ name, oneMs, medianMs, longestMs }) => [
        name,
        figure(oneMs, 0),
        figure(medianMs, 0),
        figure(longestMs, 0),
        figure(medianMs / oneMs),
        figure(longestMs / oneMs),
      ]),
    ),
    goal: `no wait beyond ${GOAL} × one running request`,
    isMet: withService.longestMs <= GOAL * withService.oneMs,
  };

  async function measure(name, side, rounds) {
    const { result } = await withInference({ engine, settings: {} }, (server) =>
      askBesideFlood(server[side], questions, rounds),
    );
    return { name, ...result };
  }
}

/** Asks the light tenant's questions while the other one keeps its requests open. */
async function askBesideFlood(origin, questions, rounds) {
  // Loads the model.
  await ask(origin, questions.light, "light");
  const over = new AbortController();
  const flood = keepOpen(origin, questions.flood, over.signal);
  try {
    await flood.firstAnswer;
    const waitsMs = [];
    for (let round = 0; round < rounds; round += 1) {
      const { tookMs, runMs } = await ask(origin, questions.light, "light");
      waitsMs.push(tookMs - runMs);
    }
    const oneMs = median(flood.runsMs);
    return { oneMs, medianMs: median(waitsMs), longestMs: Math.max(...waitsMs) };
  } finally {
    over.abort();
  }
}

/** Keeps requests open until the signal, and notes how long each has run at the server. */
function keepOpen(origin, question, signal) {
  const runsMs = [];
  const firstAnswer = new Promise((resolve, reject) => {
    const keepAsking = async () => {
      while (!signal.aborted) {
        const { runMs } = await ask(origin, question, "flood", signal);
        runsMs.push(runMs);
        resolve();
      }
    };
    for (let open = 0; open < KEPT_OPEN; open += 1) keepAsking().catch(reject);
  });
  return { firstAnswer, runsMs };
}
