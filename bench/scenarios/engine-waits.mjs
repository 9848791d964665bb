import { chat } from "../lib/ask.mjs";
import { requireTextModel, TEXT_MODEL } from "../lib/engine.mjs";
import { withInference } from "../lib/inference.mjs";
import { logNormal, seededRandom } from "../lib/random.mjs";
import { median, quantile } from "../lib/statistics.mjs";
import { figure, markdownTable } from "../lib/table.mjs";
import { answeredWait, EXPECTED_WAIT_GOAL, waitErrors } from "./expected-wait.mjs";

/** The median of each tenant's answers, in tokens; they are drawn log-normal. */
const MEDIAN_TOKENS = [20, 40, 60, 80];
const SIGMA = 0.5;
const CLIENTS = 2;
const WAITS = 50;
/** The first answers are what later waits are expected by. */
const WARM_UP = 8;
const MOST_MS = 300_000;

/** How well those who wait for the embedded engine are told for how long. */
export async function engineWaits() {
  requireTextModel();
  const settings = { QUEUE_CHAT_DEFAULT_TIMEOUT: "600" };
  const { result: waits } = await withInference({ engine: true, settings }, ({ gateway }) =>
    keepAsking(gateway),
  );
  const errors = waitErrors(waits.slice(WARM_UP)).slice(0, WAITS);
  return {
    title: "Waits of 2 s and more on the embedded engine: how far off was what they were told",
    table: markdownTable(
      ["waits", "median", "p90"],
      [[String(errors.length), figure(median(errors)), figure(quantile(errors, 0.9))]],
    ),
    goal: `a median of at most ${EXPECTED_WAIT_GOAL} over ${WAITS} waits`,
    isMet: errors.length === WAITS && median(errors) <= EXPECTED_WAIT_GOAL,
  };
}

/** Tenants that keep requests open until there are enough waits. */
async function keepAsking(origin) {
  const random = seededRandom(7);
  const waits = [];
  const endsAt = performance.now() + MOST_MS;
  const isDone = () =>
    performance.now() > endsAt || waitErrors(waits.slice(WARM_UP)).length >= WAITS;
  await Promise.all(
    MEDIAN_TOKENS.flatMap((tokens) =>
      Array.from({ length: CLIENTS }, async () => {
        while (!isDone()) {
          const drawn = Math.ceil(logNormal(tokens, SIGMA, random));
          waits.push(await waitOf(origin, drawn, `${tokens}-tokens`));
        }
      }),
    ),
  );
  return waits;
}

async function waitOf(origin, tokens, tenant) {
  const { path, body } = chat(TEXT_MODEL, tokens);
  const answer = await fetch(origin + path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Project-Name": tenant },
    body: JSON.stringify(body),
  });
  const said = await answer.text();
  if (answer.status !== 200) throw new Error(`${tenant}: ${said}`);
  return answeredWait(answer);
}
