import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "../../src/build.mjs";
import { projectRoot } from "../lib/service.mjs";
import { median, quantile } from "../lib/statistics.mjs";
import { figure, markdownTable } from "../lib/table.mjs";

const PAIRS = "tests/fixtures/response-cache/pairs.json";
/** As many as the service asks the judge about for one question. */
const CANDIDATES = 8;
const WARM_UP = 3;
const ROUNDS = 10;
/** Half of what a candidate took while each one was read anew, in microseconds. */
const GOAL_US = 80;

/** What the judge takes for one candidate, on texts of all lengths. */
export async function guardJudge() {
  const onBun = Boolean(process.versions.bun);
  if (!onBun) build();
  const path = onBun ? "src/cache/paraphrase/judge.ts" : "dist/src/cache/paraphrase/judge.js";
  const judge = await import(join(projectRoot, path));
  const pairs = JSON.parse(await readFile(join(projectRoot, PAIRS), "utf8"));
  for (let i = 0; i < WARM_UP; i += 1) measure(judge, pairs);
  const rounds = Array.from({ length: ROUNDS }, () => measure(judge, pairs));
  const times = (name) => rounds.flatMap((round) => round[name]);
  const rows = [
    ["read for the first time", times("first")],
    ["compared before", times("again")],
  ];
  return {
    title: `The judge on one of ${CANDIDATES} candidates, with its share of reading the question`,
    table: markdownTable(
      ["the kept question is", "p50 µs", "p95 µs", "mean µs"],
      rows.map(([name, all]) => [
        name,
        figure(median(all), 1),
        figure(quantile(all, 0.95), 1),
        figure(all.reduce((sum, time) => sum + time, 0) / all.length, 1),
      ]),
    ),
    goal: `under ${GOAL_US} µs, also for the first time`,
    isMet: rows.every(([, all]) => median(all) < GOAL_US),
  };
}

/** Microseconds for a candidate, for each question of the set. */
function measure({ judge, QuestionText }, pairs) {
  const times = { first: [], again: [] };
  for (const [at, { b: asked }] of pairs.entries()) {
    let kept = [];
    for (const name of ["first", "again"]) {
      const startedAt = performance.now();
      if (name === "first") {
        kept = Array.from({ length: CANDIDATES }, (_, i) => {
          const { a } = pairs[(at + i) % pairs.length];
          return new QuestionText(a);
        });
      }
      const question = new QuestionText(asked);
      for (const candidate of kept) judge(question, candidate, 0.9, { threshold: 0.8 });
      times[name].push(((performance.now() - startedAt) * 1000) / CANDIDATES);
    }
  }
  return times;
}
