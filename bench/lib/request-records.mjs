import { serviceFile } from "./request-store.mjs";

const { newRequestId } = await import(serviceFile("src/requests/request-id"));

const PROJECTS = 10;
const MODELS = 5;
const OPERATIONS = ["chat", "generate", "embeddings"];

/** Numbers in [0, 1) that are the same each run (mulberry32). @param {number} seed */
function randomFrom(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Records of requests as a busy service has them: ten projects with two of five models each, one
 * request in twenty refused.
 * @param {number} [seed]
 * @returns {(startedAtMs: number) => object}
 */
export function requestRecords(seed = 1) {
  const random = randomFrom(seed);
  const upTo = (limit) => Math.floor(random() * limit);
  const ms = (limit) => Math.round(random() * limit * 1000) / 1000;
  return (startedAtMs) => {
    const at = upTo(PROJECTS);
    const tookMs = Math.round(Math.exp(random() * 6 + 3) * 1000) / 1000;
    const isRefused = upTo(20) === 0;
    const generationMs = Math.round(tookMs * 800) / 1000;
    /** What only a request has that a model has answered. */
    const answered = (value) => (isRefused ? undefined : value);
    // As one literal: objects that are put together are slow, and would be measured.
    return {
      id: newRequestId(startedAtMs),
      kind: "request",
      startedAtMs: Math.floor(startedAtMs),
      tookMs,
      tenant: `team-${at}`,
      project: `team-${at}`,
      client: `10.0.0.${upTo(20)}`,
      route: "POST /api/v1/chat",
      dialect: "service",
      operation: OPERATIONS[upTo(OPERATIONS.length)],
      model: `model-${(at + upTo(2)) % MODELS}:latest`,
      host: "http://127.0.0.1:11434",
      status: isRefused ? 503 : 200,
      errorCode: isRefused ? "queue_full" : undefined,
      ended: isRefused ? "failed" : "completed",
      isWhole: true,
      streamed: upTo(2) === 0,
      bytesIn: upTo(3000),
      bytesOut: upTo(9000),
      queueMs: answered(ms(1000)),
      loadMs: answered(0),
      firstMs: answered(ms(900)),
      bodyMs: answered(generationMs),
      waitedBehind: answered(upTo(9)),
      loadShared: undefined,
      context: answered(8192),
      isPromptCut: answered(false),
      promptMs: answered(ms(500)),
      generationMs: answered(generationMs),
      inferenceMs: answered(generationMs),
      inputTokens: answered(upTo(900)),
      outputTokens: answered(upTo(900)),
      tokensEstimated: answered(false),
      tokensPerSecond: answered(ms(100)),
      cache: answered("MISS"),
      savedMs: undefined,
      images: undefined,
      imageBytesSaved: undefined,
    };
  };
}
