import { join } from "node:path";
import { projectRoot, startService } from "../lib/service.mjs";
import { median, quantile } from "../lib/statistics.mjs";
import { figure, markdownTable } from "../lib/table.mjs";
import { chatOf, post } from "../lib/timed-post.mjs";

const SUBJECTS = ["blue", "green", "red", "grey", "white", "black", "yellow", "orange"];
const THINGS = ["sky", "sea", "sun", "moon", "grass", "sand"];
const QUESTIONS = THINGS.flatMap((thing) =>
  SUBJECTS.map((subject) => `Why is the ${thing} ${subject} in the evening?`),
);
/** The same question in other words; each text is new, so that its vector has to be made. */
const FRAMES = [
  (question) => `Could you please tell me ${clause(question)}?`,
  (question) => `Please tell me ${clause(question)}.`,
  (question) => `Can you explain ${clause(question)}? Thanks!`,
];
const EXACT_ROUNDS = 10;
const GOALS = { addedMs: 1, overEmbeddingMs: 5 };

/** What hits take, on the embedded engine with real models. */
export async function cacheHits() {
  const service = await startService({
    INFERENCE_SERVER: "engine",
    OLLAMA_MODELS: process.env.OLLAMA_MODELS ?? join(projectRoot, "models"),
    RESPONSE_CACHE_ENABLED: "true",
    RESPONSE_CACHE_SEMANTIC: "on",
    RATE_LIMIT_ENABLED: "false",
  });
  try {
    return shown(await measure(service.url));
  } finally {
    await service.stop();
  }
}

async function measure(url) {
  const times = { model: [], exact: [], added: [], stream: [], similar: [], embedding: [] };
  for (const question of QUESTIONS) {
    const asked = await post(url, "/api/v1/chat", chatOf(question));
    if (asked.cache === "MISS") times.model.push(asked.tookMs);
  }
  for (let round = 0; round < EXACT_ROUNDS; round += 1) {
    for (const question of QUESTIONS) {
      const hit = await post(url, "/api/v1/chat", chatOf(question));
      if (hit.cache !== "HIT-EXACT") continue;
      times.exact.push(hit.tookMs);
      times.added.push(hit.totalMs);
      const stream = await post(url, "/api/v1/chat", chatOf(question, { stream: true }));
      times.stream.push(stream.tookMs);
    }
  }
  for (const frame of FRAMES) {
    for (const question of QUESTIONS) {
      const text = frame(question);
      // The same length, another text: its vector is made, too.
      const prompt = text.replace("evening", "mornings");
      const embedded = await post(url, "/api/v1/embeddings", { model: "all-minilm", prompt });
      times.embedding.push(embedded.tookMs);
      const hit = await post(url, "/api/v1/chat", chatOf(text));
      if (hit.cache === "HIT-SEMANTIC") times.similar.push(hit.tookMs);
    }
  }
  return times;
}

function shown(times) {
  const rows = [
    ["the model answers", times.model],
    ["the same question again", times.exact],
    ["of that on the server", times.added],
    ["the same as a stream, to its end", times.stream],
    ["other words", times.similar],
    ["one embedding of such a text", times.embedding],
  ];
  const overEmbedding = median(times.similar) - median(times.embedding);
  return {
    title: "Answers from the cache, one client, embedded engine",
    table: markdownTable(
      ["", "p50 ms", "p95 ms", "answers"],
      rows.map(([name, values]) => [
        name,
        figure(median(values)),
        figure(quantile(values, 0.95)),
        String(values.length),
      ]),
    ),
    goal:
      `less than ${GOALS.addedMs} ms on the server for the same question; for other words at most ` +
      `one embedding and ${GOALS.overEmbeddingMs} ms (here ${figure(overEmbedding)} ms)`,
    isMet: median(times.added) < GOALS.addedMs && overEmbedding <= GOALS.overEmbeddingMs,
  };
}

/** "Why is the sky blue?" → "why the sky is blue" */
function clause(question) {
  return question.replace(/^Why is (the \w+) (.*)\?$/, "why $1 is $2");
}
