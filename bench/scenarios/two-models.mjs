import { ask, chat } from "../lib/ask.mjs";
import { withInference } from "../lib/inference.mjs";
import { figure, markdownTable } from "../lib/table.mjs";

const REQUESTS_EACH = 18;
const KEPT_OPEN = 3;
const MOST_LOADS = 6;
const PATIENCE_SEC = 30;

/**
 * Two tenants on two models of which only one can be in memory. Requests for the loaded model
 * should go first, for a while: few loads, and nobody waits longer than the patience.
 * @param {{ engine: boolean }} options
 */
export async function twoModels({ engine }) {
  const questions = engine
    ? [chat("smollm2:135m", 16), { path: "/api/embed", body: { model: "all-minilm", input: "Hi" } }]
    : [chat("one", 16), chat("two", 16)];
  const without = await measure("without the service", "direct");
  const withService = await measure("with the service", "gateway");
  const { loads, longestMs, others } = withService;
  return {
    title: `Two tenants on two models, one in memory at a time, ${2 * REQUESTS_EACH} requests`,
    table: markdownTable(
      ["", "loads", "longest ms", "answers/s", "not 200"],
      [without, withService].map((row) => [
        row.name,
        String(row.loads),
        figure(row.longestMs, 0),
        figure(row.perSecond),
        String(row.others),
      ]),
    ),
    goal: `at most ${MOST_LOADS} loads, none waits longer than ${PATIENCE_SEC} s`,
    isMet: loads <= MOST_LOADS && longestMs <= PATIENCE_SEC * 1000 && others === 0,
  };

  async function measure(name, side) {
    const settings = { QUEUE_MODEL_PATIENCE: String(PATIENCE_SEC) };
    const { result, loads } = await withInference({ engine, settings }, (server) =>
      askBoth(server[side], questions),
    );
    return { name, loads, ...result };
  }
}

/** Both tenants at once. */
async function askBoth(origin, questions) {
  const startedAt = performance.now();
  const answers = await Promise.all(
    questions.map((question, at) => askAll(origin, question, `tenant-${at}`)),
  );
  const tookSec = (performance.now() - startedAt) / 1000;
  const all = answers.flat();
  return {
    // From asking to the last byte: a little more than what was waited.
    longestMs: Math.max(...all.map(({ tookMs }) => tookMs)),
    perSecond: all.length / tookSec,
    others: all.filter(({ status }) => status !== 200).length,
  };
}

/** One tenant: all its requests, a few open at a time. */
async function askAll(origin, question, tenant) {
  const answers = [];
  let asked = 0;
  const keepAsking = async () => {
    while (asked < REQUESTS_EACH) {
      asked += 1;
      answers.push(await ask(origin, question, tenant));
    }
  };
  await Promise.all(Array.from({ length: KEPT_OPEN }, keepAsking));
  return answers;
}
