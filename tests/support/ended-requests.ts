import type { EndedRequest } from "../../src/requests/ended-request.ts";
import { seededRandom } from "./prng.ts";

/** A noon, milliseconds since 1970. */
export const NOON_MS = Date.UTC(2026, 5, 15, 12);

/** A request of which everything is known, but for what a test says of it. */
export function endedOf(more: Partial<EndedRequest> = {}): EndedRequest {
  const project = more.project ?? "acme";
  return {
    id: crypto.randomUUID(),
    kind: "request",
    startedAtMs: NOON_MS,
    tookMs: 1234.567,
    tenant: project,
    project,
    client: "10.0.0.1",
    route: "POST /api/v1/chat",
    dialect: "service",
    operation: "chat",
    model: "fake:latest",
    host: "http://127.0.0.1:11434",
    status: 200,
    errorCode: undefined,
    ended: "completed",
    isWhole: true,
    streamed: false,
    bytesIn: 300,
    bytesOut: 4000,
    queueMs: 1.5,
    loadMs: 0,
    firstMs: 200.25,
    bodyMs: 1000.125,
    waitedBehind: 3,
    loadShared: false,
    context: 8192,
    isPromptCut: false,
    promptMs: 100,
    generationMs: 900.001,
    inferenceMs: 1000.001,
    inputTokens: 40,
    outputTokens: 50,
    tokensEstimated: false,
    tokensPerSecond: 55.556,
    cache: "MISS",
    savedMs: undefined,
    images: 2,
    imageBytesSaved: 1000,
    ...more,
  };
}

/** One of which next to nothing is known. */
export const REFUSED: Partial<EndedRequest> = {
  client: undefined,
  route: undefined,
  operation: undefined,
  model: undefined,
  host: undefined,
  status: 429,
  errorCode: "rate_limit_exceeded",
  ended: "failed",
  bytesIn: undefined,
  queueMs: undefined,
  loadMs: undefined,
  firstMs: undefined,
  bodyMs: undefined,
  waitedBehind: undefined,
  loadShared: undefined,
  context: undefined,
  isPromptCut: undefined,
  promptMs: undefined,
  generationMs: undefined,
  inferenceMs: undefined,
  inputTokens: undefined,
  outputTokens: undefined,
  tokensEstimated: undefined,
  tokensPerSecond: undefined,
  cache: undefined,
  images: undefined,
  imageBytesSaved: undefined,
};

interface Spread {
  count: number;
  fromMs: number;
  toMs: number;
  seed?: number;
}

/** Requests of all kinds, spread over a time; the same for the same seed. */
export function randomRequests({ count, fromMs, toMs, seed = 1 }: Spread): EndedRequest[] {
  const random = seededRandom(seed);
  const upTo = (limit: number): number => Math.floor(random() * limit);
  return Array.from({ length: count }, () => {
    const startedAtMs = fromMs + upTo(toMs - fromMs);
    const tookMs = Math.round(Math.exp(random() * 6 + 3) * 1000) / 1000;
    const project = `team-${upTo(8)}`;
    const common = { startedAtMs, tookMs, project };
    const kind = upTo(20);
    if (kind === 0) return endedOf({ ...common, ...REFUSED });
    if (kind === 1) return endedOf({ ...common, ended: "client_left", isWhole: false });
    const hit = kind === 2 ? ({ cache: "HIT-EXACT", savedMs: upTo(5000) } as const) : {};
    return endedOf({
      ...common,
      operation: ["chat", "generate", "embeddings"][upTo(3)],
      model: `model-${upTo(4)}:latest`,
      inputTokens: upTo(1000),
      outputTokens: upTo(1000),
      tokensPerSecond: upTo(100_000) / 1000,
      inferenceMs: upTo(1_000_000) / 1000,
      ...hit,
    });
  });
}
