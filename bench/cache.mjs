// What the response cache costs and saves, and the similarity thread that it looks into:
//   npm run bench:cache [-- --only hits,misses,lookup,memory,judge]
// On the runtime that it is started with. The lookup takes minutes, most of them for an index of
// 100 000 vectors. Ends with code 1 when a goal is missed.
import { runScenarios } from "./lib/run-scenarios.mjs";
import { cacheHits } from "./scenarios/cache-hits.mjs";
import { cacheMemory } from "./scenarios/cache-memory.mjs";
import { cacheMisses } from "./scenarios/cache-misses.mjs";
import { guardJudge } from "./scenarios/guard-judge.mjs";
import { similarityLookup } from "./scenarios/similarity-lookup.mjs";

await runScenarios({
  hits: cacheHits,
  misses: cacheMisses,
  lookup: similarityLookup,
  memory: cacheMemory,
  judge: guardJudge,
});
