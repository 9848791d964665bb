import type { EndedRequest } from "../../src/requests/ended-request.ts";
import type { Ending } from "../../workers/request-store/endings.ts";
import type { ErrorCode } from "../../src/errors/codes.ts";
import { endedOf, REFUSED } from "./ended-requests.ts";
import { seededRandom } from "./prng.ts";

/** Names that a file, a page or a program could take for something else. */
export const ODD_NAMES = [
  'quo"te, comma; semicolon',
  "new\nline",
  "return\rand\r\nline and tab\t",
  '=HYPERLINK("http://192.0.2.1","click")',
  "+1+cmd|' /C calc'!A0",
  "-dash",
  "@at",
  "<script>alert(1)</script>",
  "__proto__",
  "constructor",
  "ünï ⚡ 名前",
];

const PROJECTS = ["unknown", "other", "acme", "lab/vision:1", ...ODD_NAMES];
const MODELS = ["qwen3:8b", "smollm2:135m", "system", "other", "=1+1", "__proto__", "a,b"];
const OPERATIONS = ["chat", "generate", "embeddings", "vlm", "list_models", undefined];
const FAILURES: { ended: Ending; errorCode: ErrorCode | undefined; status: number }[] = [
  { ended: "failed", errorCode: "queue_full", status: 503 },
  { ended: "failed", errorCode: undefined, status: 404 },
  { ended: "client_left", errorCode: undefined, status: 200 },
  { ended: "hard_stop", errorCode: "request_timeout", status: 503 },
  { ended: "stopping", errorCode: undefined, status: 200 },
  { ended: "stopping", errorCode: "shutting_down", status: 503 },
];

interface Variety {
  count: number;
  /** Milliseconds since 1970. */
  fromMs: number;
  toMs: number;
  /** No request begins within ten minutes of these. */
  notNear: number[];
  seed: number;
}

const NEAR_MS = 600_000;

/**
 * Requests of many projects, models and operations that ended in all ways, batches with their items
 * among them; the same for the same seed. No day has more names than its sums tell apart.
 */
export function variedRequests({ count, fromMs, toMs, notNear, seed }: Variety): EndedRequest[] {
  const random = seededRandom(seed);
  const upTo = (limit: number): number => Math.floor(random() * limit);
  const oneOf = <T>(list: readonly T[]): T => list[upTo(list.length)] as T;
  const ms = (limit: number): number => upTo(limit * 1000) / 1000;
  return Array.from({ length: count }, () => {
    let startedAtMs = fromMs + upTo(toMs - fromMs);
    if (notNear.some((at) => Math.abs(startedAtMs - at) < NEAR_MS)) startedAtMs -= 2 * NEAR_MS;
    const project = oneOf(PROJECTS);
    const common = {
      startedAtMs,
      project,
      tookMs: Math.round(Math.exp(random() * 9 + 1) * 1000) / 1000,
      operation: oneOf(OPERATIONS),
      streamed: upTo(2) === 0,
    };
    switch (upTo(12)) {
      case 0:
        return endedOf({ ...REFUSED, ...common });
      case 1:
        // It is no request beside its items.
        return endedOf({ ...common, kind: "batch", model: undefined, ...WITHOUT_INFERENCE });
      case 2:
        return endedOf({ ...common, ...WITHOUT_INFERENCE, model: undefined });
      case 3:
        return endedOf({ ...common, ...oneOf(FAILURES), model: oneOf(MODELS), isWhole: false });
      case 4:
        return endedOf({
          ...common,
          ...WITHOUT_INFERENCE,
          model: oneOf(MODELS),
          cache: oneOf(["HIT-EXACT", "HIT-SEMANTIC"]),
          savedMs: ms(20_000),
        });
      default: {
        const isItem = upTo(5) === 0;
        return endedOf({
          ...common,
          model: oneOf(MODELS),
          ...(isItem ? { kind: "item", id: `${crypto.randomUUID()}-${upTo(50)}` } : {}),
          loadMs: upTo(4) === 0 ? ms(9000) : 0,
          generationMs: upTo(9) === 0 ? undefined : ms(20_000),
          inferenceMs: ms(30_000),
          inputTokens: upTo(5000),
          outputTokens: upTo(3000),
          tokensEstimated: upTo(3) === 0,
          tokensPerSecond: upTo(9) === 0 ? undefined : ms(200),
        });
      }
    }
  });
}

const WITHOUT_INFERENCE: Partial<EndedRequest> = {
  host: undefined,
  loadMs: undefined,
  promptMs: undefined,
  generationMs: undefined,
  inferenceMs: undefined,
  inputTokens: undefined,
  outputTokens: undefined,
  tokensEstimated: undefined,
  tokensPerSecond: undefined,
};
