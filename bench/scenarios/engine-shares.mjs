import { chat } from "../lib/ask.mjs";
import { askStream } from "../lib/ask-stream.mjs";
import { TEXT_MODEL, requireTextModel } from "../lib/engine.mjs";
import { withInference } from "../lib/inference.mjs";
import { inferenceMs, jain } from "../lib/sharing-figures.mjs";
import { figure, markdownTable } from "../lib/table.mjs";

/** The shortest request is so many tokens, or so many where all are the same; others as their costs are. */
const SHORTEST_TOKENS = 2;
const SAME_TOKENS = 8;
/** So many times as long as the longest request has taken, but no shorter than this. */
const LONGEST_REQUESTS = 20;
const LEAST_MS = 120_000;
/** And no longer, of each side: together less than a quarter of an hour. */
const MOST_MS = { direct: 240_000, gateway: 600_000 };
const CHECKED_EVERY_MS = 250;
/** On a slow machine a request waits for longer than usual. */
const SETTINGS = { QUEUE_CHAT_DEFAULT_TIMEOUT: "600" };

/** The workloads that can be played for real: each tenant has work waiting all the time. */
export const ENGINE_WORKLOADS = ["mixed-sizes", "weights"];

/** What has to be reached with the service. */
const GOALS = {
  "mixed-sizes": {
    goal: `Jain's index of 0.95, over ${LONGEST_REQUESTS} times the longest request`,
    isMet: ({ index, longestRequests }) => index >= 0.95 && longestRequests >= LONGEST_REQUESTS,
  },
  weights: {
    goal: "shares by the weights within 5 %",
    isMet: ({ shares }) => shares.every((share) => Math.abs(share - 1) <= 0.05),
  },
};

/**
 * A workload for real, on the embedded engine: tenants with work waiting all the time, each request
 * as many tokens as its cost in the workload is. Which part of the inference has each?
 * @param {string} name
 * @param {import("../lib/simulation.mjs").Workload & { fairAmong: string[] }} workload
 */
export async function engineShares(name, workload) {
  requireTextModel();
  const weights = Object.fromEntries(
    workload.tenants.map((group) => [group.name, group.weight ?? 1]),
  );
  const without = await measure("direct");
  const withService = await measure("gateway");
  const names = Object.keys(weights);
  const { goal, isMet } = GOALS[name];
  return {
    title: `${name} on the embedded engine. ${workload.about}`,
    table: markdownTable(
      [
        ...["", "Jain", ...names.map((tenant) => `${tenant}: share of its due`)],
        ...["tokens/s", "s", "times the longest request"],
      ],
      [
        ["without the service", without],
        ["with the service", withService],
      ].map(([row, { index, shares, perSecond, lastedMs, longestRequests }]) => [
        row,
        figure(index, 3),
        ...shares.map((share) => figure(share)),
        figure(perSecond, 1),
        figure(lastedMs / 1000, 0),
        figure(longestRequests, 1),
      ]),
    ),
    goal,
    isMet: isMet(withService),
  };

  async function measure(side) {
    const { result } = await withInference(
      { engine: true, settings: SETTINGS, weights },
      (server) => shares(server[side], workload, MOST_MS[side]),
    );
    return result;
  }
}

/**
 * @param {number} mostMs
 * @returns what each tenant had; `longestRequests` is how many times as long as its longest request
 * the measurement was
 */
async function shares(origin, { tenants }, mostMs) {
  const costs = tenants.map(({ costMs }) => costMs);
  const longestMs = Math.max(...costs);
  const shortestMs = Math.min(...costs);
  const shortest = longestMs === shortestMs ? SAME_TOKENS : SHORTEST_TOKENS;
  const questionOf = ({ costMs }) => chat(TEXT_MODEL, Math.round((shortest * costMs) / shortestMs));
  const longest = tenants.find(({ costMs }) => costMs === longestMs);
  // Loads the model.
  await askStream(origin, questionOf(longest), longest.name, new AbortController().signal);
  const over = new AbortController();
  const all = [];
  const startedAt = performance.now();
  const timer = setInterval(() => {
    const enoughMs = Math.max(LEAST_MS, LONGEST_REQUESTS * longestMsOf(all));
    if (performance.now() - startedAt >= Math.min(mostMs, enoughMs)) over.abort();
  }, CHECKED_EVERY_MS);
  const clients = tenants.flatMap((group) =>
    Array.from({ length: group.clients }, async () => {
      while (!over.signal.aborted) {
        const one = await askStream(origin, questionOf(group), group.name, over.signal);
        if (one) all.push(one);
      }
    }),
  );
  await Promise.all(clients).finally(() => clearInterval(timer));
  return figuresOf(all, tenants, startedAt, performance.now());
}

/** @param {import("../lib/ask-stream.mjs").Streamed[]} all */
function longestMsOf(all) {
  return all.reduce((most, { runMs }) => Math.max(most, runMs), 0);
}

function figuresOf(all, tenants, startedAt, endedAt) {
  const ran = all.map((one) => ({
    group: one.tenant,
    startedMs: one.endedAt - one.runMs,
    endedMs: one.endedAt,
  }));
  const had = inferenceMs(ran, startedAt, endedAt);
  const due = tenants.map(({ name, weight = 1 }) => (had.get(name) ?? 0) / weight);
  const mean = due.reduce((a, b) => a + b, 0) / due.length;
  const tokens = all.reduce((sum, one) => sum + one.tokens, 0);
  return {
    index: jain(due),
    shares: due.map((one) => one / mean),
    perSecond: (tokens * 1000) / (endedAt - startedAt),
    lastedMs: endedAt - startedAt,
    longestRequests: (endedAt - startedAt) / longestMsOf(all),
  };
}
