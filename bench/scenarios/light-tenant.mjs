import { ask, chat } from "../lib/ask.mjs";
import { withInference } from "../lib/inference.mjs";
import { seededRandom } from "../lib/random.mjs";
import { median, quantile } from "../lib/statistics.mjs";
import { figure, markdownTable } from "../lib/table.mjs";

const KEPT_OPEN = 12;
/** For so long the flood is alone, to know how fast it is; by turns with the service and without. */
const ALONE_MS = 10_000;
const SLICES = 3;
/** So much later than it was asked a request may have begun that ran before. */
const SLACK_MS = 30;
const GOALS = { median: 1.2, p95: 2.5, throughput: 0.97 };

/**
 * One tenant keeps twelve requests open, another one asks one short question after another.
 * What it waits should be no more than what is left of the request that is already running.
 * @param {{ engine: boolean }} options
 */
export async function lightTenant({ engine }) {
  const model = engine ? "smollm2:135m" : "one";
  const questions = { flood: chat(model, 48), light: chat(model, 4) };
  const without = await measure("without the service", "direct", 4);
  const withService = await measure("with the service", "gateway", 20);
  const throughput = await compareThroughput();
  return {
    title: `A light tenant beside one that keeps ${KEPT_OPEN} requests open`,
    table: markdownTable(
      [
        "",
        "one running ms",
        "alone ms",
        "median took ms",
        "median / due",
        "p95 / due",
        "of the tokens/s",
      ],
      [without, withService].map((row) => [
        row.name,
        figure(row.oneMs, 0),
        figure(row.aloneMs, 0),
        figure(row.tookMs, 0),
        figure(row.median),
        figure(row.p95),
        row === withService ? figure(throughput) : "1",
      ]),
    ),
    goal: `median ${GOALS.median} and p95 ${GOALS.p95} × (what is left of the running request + its own time alone), ${GOALS.throughput} of the tokens/s`,
    isMet:
      withService.median <= GOALS.median &&
      withService.p95 <= GOALS.p95 &&
      throughput >= GOALS.throughput,
  };

  /** The flood's tokens a second with the service, in parts of those without: on one server. */
  async function compareThroughput() {
    const { result } = await withInference({ engine, settings: {} }, async (server) => {
      await ask(server.direct, questions.flood, "flood");
      const perSecond = { direct: [], gateway: [] };
      for (let slice = 0; slice < SLICES; slice += 1) {
        for (const side of ["direct", "gateway"]) {
          perSecond[side].push(await tokensPerSecond(server[side], questions.flood));
        }
      }
      return median(perSecond.gateway) / median(perSecond.direct);
    });
    return result;
  }

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
  const aloneMs = median(await repeat(5, async () => (await askLight()).tookMs));
  const over = new AbortController();
  const flood = keepOpen(origin, questions.flood, over.signal);
  try {
    await flood.firstAnswer;
    const oneMs = median(flood.answers.map(({ runMs }) => runMs));
    const random = seededRandom(1);
    const asked = await repeat(rounds, async () => {
      // It comes at any time of the request that runs.
      await new Promise((resolve) => setTimeout(resolve, random() * oneMs));
      return askLight();
    });
    // Until the one that ran when the last was asked has told that it did.
    const parts = asked.map(({ sentAt, tookMs }) => {
      const running = flood.answers.find(
        ({ endedAt, runMs }) => endedAt >= sentAt && endedAt - runMs <= sentAt + SLACK_MS,
      );
      const restMs = running ? running.endedAt - sentAt : 0;
      return tookMs / (restMs + aloneMs);
    });
    return {
      oneMs,
      aloneMs,
      tookMs: median(asked.map(({ tookMs }) => tookMs)),
      median: median(parts),
      p95: quantile(parts, 0.95),
    };
  } finally {
    over.abort();
  }

  function askLight() {
    return ask(origin, questions.light, "light");
  }
}

async function repeat(times, run) {
  const results = [];
  for (let time = 0; time < times; time += 1) results.push(await run());
  return results;
}

/** From one answer's end to another's, of a flood that is alone. */
async function tokensPerSecond(origin, question) {
  const over = new AbortController();
  const { firstAnswer, answers } = keepOpen(origin, question, over.signal);
  await firstAnswer;
  await new Promise((resolve) => setTimeout(resolve, ALONE_MS));
  over.abort();
  const tokens = answers.slice(1).reduce((sum, answer) => sum + answer.tokens, 0);
  return (tokens * 1000) / (answers.at(-1).endedAt - answers[0].endedAt);
}

/** Keeps requests open until the signal, and notes each answer. */
function keepOpen(origin, question, signal) {
  const answers = [];
  const firstAnswer = new Promise((resolve, reject) => {
    const keepAsking = async () => {
      while (!signal.aborted) {
        const answer = await ask(origin, question, "flood", signal);
        answers.push({ ...answer, endedAt: performance.now() });
        resolve();
      }
    };
    for (let open = 0; open < KEPT_OPEN; open += 1) keepAsking().catch(reject);
  });
  return { firstAnswer, answers };
}
