import { ask, chat } from "../lib/ask.mjs";
import { withInference } from "../lib/inference.mjs";
import { median } from "../lib/statistics.mjs";
import { figure, markdownTable } from "../lib/table.mjs";

const REQUESTS_EACH = 18;
const KEPT_OPEN = 3;
const PATIENCE_SEC = 30;
/** How many loads are made to know how long one takes. */
const LOADS_BEFORE = 4;

/**
 * Two tenants on two models of which only one can be in memory. Requests for the loaded model
 * should go first, for a while: few loads, all the time that these save is there for answers, and
 * nobody waits longer than the patience, one load and the requests that run.
 * @param {{ engine: boolean }} options
 */
export async function twoModels({ engine }) {
  const questions = engine
    ? [chat("smollm2:135m", 16), { path: "/api/embed", body: { model: "all-minilm", input: "Hi" } }]
    : [chat("one", 16), chat("two", 16)];
  const without = await measure("without the service", "direct");
  const withService = await measure("with the service", "gateway");
  const { loads, longestMs, others } = withService;
  const { loadMs } = without;
  // What is not spent on loads is there for answers, which the server says how long it worked on.
  const allowedOf = (row) => (row.ranMs + row.loads * loadMs) / row.tookMs;
  const mostMs = PATIENCE_SEC * 1000 + loadMs + (KEPT_OPEN + 1) * withService.oneMs;
  return {
    title: `Two tenants on two models, one in memory at a time, ${2 * REQUESTS_EACH} requests`,
    table: markdownTable(
      ["", "loads", "longest ms", "answers/s", "of what its loads allow", "not 200"],
      [without, withService].map((row) => [
        row.name,
        String(row.loads),
        figure(row.longestMs, 0),
        figure(row.perSecond),
        figure(allowedOf(row)),
        String(row.others),
      ]),
    ),
    goal: `at most a third of the loads, 0.95 of the answers/s that they allow, no wait over ${figure(mostMs / 1000, 0)} s`,
    isMet:
      loads <= without.loads / 3 &&
      allowedOf(withService) >= 0.95 &&
      longestMs <= mostMs &&
      others === 0,
  };

  async function measure(name, side) {
    const settings = { QUEUE_MODEL_PATIENCE: String(PATIENCE_SEC) };
    const { result, loads } = await withInference({ engine, settings }, async (server) => {
      const loadMs = await loadTime(server[side], questions);
      return { loadMs, ...(await askBoth(server[side], questions)) };
    });
    return { name, ...result, loads: loads - LOADS_BEFORE };
  }
}

/** How long a load takes while nothing else runs: the models by turns, without what they answer. */
async function loadTime(origin, questions) {
  const tookMs = [];
  for (let load = 0; load < LOADS_BEFORE; load += 1) {
    const answer = await ask(origin, questions[load % 2], "nobody");
    // Nothing has to leave for the first.
    if (load > 0) tookMs.push(answer.tookMs - answer.runMs);
  }
  return median(tookMs);
}

/** Both tenants at once. */
async function askBoth(origin, questions) {
  const startedAt = performance.now();
  const answers = await Promise.all(
    questions.map((question, at) => askAll(origin, question, `tenant-${at}`)),
  );
  const tookMs = performance.now() - startedAt;
  const all = answers.flat();
  return {
    tookMs,
    ranMs: all.reduce((sum, { runMs }) => sum + runMs, 0),
    // From asking to the last byte: a little more than what was waited.
    longestMs: Math.max(...all.map((answer) => answer.tookMs)),
    oneMs: median(all.map(({ runMs }) => runMs)),
    perSecond: (all.length * 1000) / tookMs,
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
