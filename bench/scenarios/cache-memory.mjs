import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { projectRoot } from "../lib/service.mjs";
import { startSimilarityThread } from "../lib/similarity-thread.mjs";
import { figure, markdownTable } from "../lib/table.mjs";
import { clusteredVectors } from "../lib/vectors.mjs";

const ENTRIES = 100_000;
const DIMENSIONS = 384;
/** Characters of a question, on average, and of its answer. */
const QUESTION_BYTES = 75;
const ANSWER_BYTES = 800;
const GOAL = 2.5;

/** The memory of a full response cache: its answers, and its vectors here and on their thread. */
export async function cacheMemory() {
  const thread = await startSimilarityThread();
  const parts = await loadCache();
  const before = await restingMemory();
  const vectors = clusteredVectors(ENTRIES, DIMENSIONS);
  const vectorOf = (text) => {
    const at = Number.parseInt(text.slice(text.indexOf("item ") + "item ".length), 10) * DIMENSIONS;
    return Promise.resolve({ values: vectors.slice(at, at + DIMENSIONS), model: "digest" });
  };
  const cache = await fill(parts, thread, vectorOf);
  const question = questionAt(7);
  const hit = await cache.similar.find({
    ...question,
    text: question.text.replace("How", "Hi, how"),
  });
  // What was copied out of the bench's own vectors is the cache's; they themselves are not.
  const memory = (await restingMemory()) - before - vectors.byteLength;
  const estimate = cache.answers.bytes;
  await thread.destroy();
  const rawBytes = ENTRIES * (DIMENSIONS * 4 + QUESTION_BYTES + ANSWER_BYTES);
  return {
    title: `A response cache of ${ENTRIES} answers of ${ANSWER_BYTES} bytes`,
    table: markdownTable(
      ["memory MB", "as the cache counts MB", "vectors and texts MB", "memory ÷ vectors and texts"],
      [
        [
          figure(memory / 1e6, 0),
          figure(estimate / 1e6, 0),
          figure(rawBytes / 1e6, 0),
          figure(memory / rawBytes),
        ],
      ],
    ),
    goal: `at most ${GOAL} times the bytes of vectors and texts; a lookup finds ${hit ? "its" : "no"} answer`,
    isMet: memory <= GOAL * rawBytes && hit !== undefined,
  };
}

/** Fills a cache through its own doors, so slowly that no queue grows, as answers come. */
async function fill({ ResponseCache, SimilarQuestions, normaliseExact }, thread, vectorOf) {
  const answers = new ResponseCache({
    maxEntries: ENTRIES,
    maxBytes: 4096 * 1_048_576,
    ttlMs: 86_400_000,
    normalise: normaliseExact,
  });
  const fail = (err) => {
    throw err;
  };
  const similar = new SimilarQuestions({
    vectorOf,
    thread,
    counts: { notCompared: () => {}, refused: () => {} },
    threshold: 0.95,
    setVectorBytes: (entry, bytes) => answers.setVectorBytes(entry, bytes),
    onFault: fail,
  });
  for (let at = 0; at < ENTRIES; at += 1) {
    const content = `${at} ${"because it is so ".repeat(100)}`.slice(0, ANSWER_BYTES);
    const message = { role: "assistant", content: flat(content) };
    const entry = answers.store(questionAt(at), { message, done: true }, 1000);
    if (entry) similar.add(entry);
    // It answers in the order of its messages.
    if (at % 100 === 0) await thread.stats();
  }
  // A space is given to the thread when it is first asked for.
  await similar.find(questionAt(0)).catch(() => {});
  while ((await thread.stats()).indexed < ENTRIES) await delay(200);
  return { answers, similar };
}

function questionAt(at) {
  const text = flat(
    `How do I find out what the price of item ${at} was in the shops of this town?`,
  );
  return { space: "space", text, tenant: "bench", model: "model:latest", isSampled: false };
}

/** Texts of requests stand alone in memory; those that are put together here would share parts. */
function flat(text) {
  return Buffer.from(text).toString();
}

async function loadCache() {
  const onBun = Boolean(process.versions.bun);
  const load = (path) => import(join(projectRoot, onBun ? `${path}.ts` : `dist/${path}.js`));
  const { ResponseCache } = await load("src/cache/response-cache");
  const { SimilarQuestions } = await load("src/cache/similar-questions");
  const { normaliseExact } = await load("src/cache/paraphrase/judge");
  return { ResponseCache, SimilarQuestions, normaliseExact };
}

/** The process's memory once garbage of both threads has had time to go. */
async function restingMemory() {
  for (let i = 0; i < 10; i += 1) {
    (globalThis.Bun ?? globalThis).gc?.(true);
    await delay(100);
  }
  return process.memoryUsage.rss();
}
