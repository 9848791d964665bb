// What the response cache costs and saves, and the similarity thread that it looks into:
//   npm run bench:cache [-- --only hits,misses,lookup,memory,judge]
// On the runtime that it is started with. The lookup takes minutes, most of them for an index of
// 100 000 vectors. Ends with code 1 when a goal is missed.
import { parseArgs } from "node:util";
import { cacheHits } from "./scenarios/cache-hits.mjs";
import { cacheMemory } from "./scenarios/cache-memory.mjs";
import { cacheMisses } from "./scenarios/cache-misses.mjs";
import { guardJudge } from "./scenarios/guard-judge.mjs";
import { similarityLookup } from "./scenarios/similarity-lookup.mjs";

const SCENARIOS = {
  hits: cacheHits,
  misses: cacheMisses,
  lookup: similarityLookup,
  memory: cacheMemory,
  judge: guardJudge,
};

const { values } = parseArgs({
  options: { only: { type: "string", default: Object.keys(SCENARIOS).join(",") } },
});

for (const name of values.only.split(",")) {
  const scenario = SCENARIOS[name];
  if (!scenario) throw new Error(`--only takes ${Object.keys(SCENARIOS).join(", ")}, not ${name}`);
  const { title, table, goal, isMet } = await scenario();
  console.log(`${title}:\n\n${table}\n\nGoal ${isMet ? "met" : "missed"}: ${goal}.\n`);
  if (!isMet) process.exitCode = 1;
}
