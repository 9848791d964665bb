import { startFakeOllama } from "../lib/fake-ollama.mjs";
import { startService } from "../lib/service.mjs";
import { median } from "../lib/statistics.mjs";
import { figure, markdownTable } from "../lib/table.mjs";
import { chatOf, post } from "../lib/timed-post.mjs";

const ROUNDS = 60;
/** A vector takes a good part of an answer's time; all texts have the same. */
const FAKE = { models: "one,all-minilm", parallel: 1, "first-ms": 40, "embed-ms": 15 };
const GOAL_MS = 2;

/** What a miss takes longer than a request that the cache has no part in, on the fake server. */
export async function cacheMisses() {
  const fake = startFakeOllama(FAKE);
  const service = await startService({
    OLLAMA_BASE_URL: await fake.listening(),
    RESPONSE_CACHE_ENABLED: "true",
    RESPONSE_CACHE_SEMANTIC: "on",
    RATE_LIMIT_ENABLED: "false",
  });
  try {
    return shown(await measure(service.url));
  } finally {
    await service.stop();
    await fake.stop();
  }
}

async function measure(url) {
  const times = { off: [], miss: [], embedding: [], offBehind: [], missBehind: [] };
  let number = 0;
  // All have the same vector in the fake, and the judge tells them apart by their numbers.
  const fresh = () => {
    number += 1;
    return `How many legs do ${number} spiders have together?`;
  };
  const ask = async (cache) =>
    post(url, "/api/v1/chat", chatOf(fresh(), { model: "one" }), {
      "x-shared-ollama-cache": cache,
    });
  await ask("on");
  for (let round = 0; round < ROUNDS; round += 1) {
    times.off.push((await ask("off")).tookMs);
    const miss = await ask("on");
    if (miss.cache !== "MISS") throw new Error(`a fresh question was answered: ${miss.cache}`);
    times.miss.push(miss.tookMs);
    const prompt = fresh();
    times.embedding.push(
      (await post(url, "/api/v1/embeddings", { model: "all-minilm", prompt })).tookMs,
    );
    times.offBehind.push(await behindAnother(ask, "off"));
    times.missBehind.push(await behindAnother(ask, "on"));
  }
  return times;
}

/** A request that has to wait in the queue for another one. */
async function behindAnother(ask, cache) {
  const first = ask("off");
  const { tookMs } = await ask(cache);
  await first;
  return tookMs;
}

function shown(times) {
  const cost = median(times.miss) - median(times.off) - median(times.embedding);
  const costBehind = median(times.missBehind) - median(times.offBehind);
  return {
    title: "A miss, beside a request that the cache has no part in; fake server, one at a time",
    table: markdownTable(
      ["", "cache off p50 ms", "miss p50 ms", "one embedding p50 ms", "miss costs beyond it ms"],
      [
        [
          "nobody waits",
          figure(median(times.off)),
          figure(median(times.miss)),
          figure(median(times.embedding)),
          figure(cost),
        ],
        [
          "behind another request",
          figure(median(times.offBehind)),
          figure(median(times.missBehind)),
          "made meanwhile",
          figure(costBehind),
        ],
      ],
    ),
    goal: `less than ${GOAL_MS} ms beyond the embedding; behind another request it is made meanwhile`,
    isMet: cost < GOAL_MS && costBehind < GOAL_MS,
  };
}
