import type { CacheOutcome } from "../src/cache/cache-outcome.ts";
import { PROJECT_NAME } from "../src/access/tenant-name.ts";

/** A header that the service itself reads or writes, as docs/openapi.json describes it. */
export interface OwnHeader {
  about: string;
  /** A JSON Schema of its value. */
  schema: {
    type: "string" | "integer" | "number";
    format?: string;
    pattern?: string;
    enum?: string[];
  };
  example: string | number;
}

/** The values of `X-Shared-Ollama-Cache`. */
export const CACHE_USES = ["on", "semantic", "exact", "off"] as const;

const CACHE_STATES: CacheOutcome["state"][] = ["HIT-EXACT", "HIT-SEMANTIC", "MISS", "BYPASS"];

/** Headers of requests. */
export const REQUEST_HEADERS = {
  "X-Project-Name": {
    about:
      "The project; its requests share one tenant's turn, caps and rate limits. It goes before a project in the URL (`/project/NAME` before the path). Without both the client's API key or address counts.",
    schema: { type: "string", pattern: PROJECT_NAME.source },
    example: "story-machine",
  },
  "X-Shared-Ollama-Cache": {
    about:
      "What this request has of the response cache: `exact` the answer to the same words, `semantic` and `on` also that to similar ones, `off` nothing.",
    schema: { type: "string", enum: [...CACHE_USES] },
    example: "exact",
  },
  "Cache-Control": {
    about: "With `no-cache` or `no-store` the request has nothing of the response cache.",
    schema: { type: "string" },
    example: "no-cache",
  },
  "X-Shared-Ollama-Priority": {
    about:
      "`background`: the request takes what interactive work leaves, and may wait for as long as that takes; its hard stop counts from when it runs.",
    schema: { type: "string", enum: ["interactive", "background"] },
    example: "background",
  },
  "X-Shared-Ollama-Max-Wait": {
    about:
      "Seconds, or a duration such as `500ms` or `2m`: a request that is expected to wait longer is refused at once with `wait_too_long` and the expected time.",
    schema: { type: "string" },
    example: "30",
  },
  "X-Shared-Ollama-Image-Compression": {
    about:
      "`on` compresses the images of a request on /api or /v1; otherwise they pass through untouched.",
    schema: { type: "string", enum: ["on"] },
    example: "on",
  },
  "Last-Event-ID": {
    about:
      "Of one who comes back to the events: the `id` of the last that it has seen. What came after it follows.",
    schema: { type: "string" },
    example: "7f1f9c0e-212",
  },
} satisfies Record<string, OwnHeader>;

/** Headers of answers. */
export const ANSWER_HEADERS = {
  "X-Shared-Ollama-Request-Id": {
    about: "The id of this request, by which the logs know it.",
    schema: { type: "string", format: "uuid" },
    example: "7f1f9c0e-3b5a-4d53-9d7e-0a2d5f6e8c11",
  },
  "Server-Timing": {
    about:
      "Where the time went, in ms: `queue`, `load` (the model), `first` (until the first byte), `total`.",
    schema: { type: "string" },
    example: "queue;dur=0.02, load;dur=0.00, total;dur=208.16",
  },
  "X-Shared-Ollama-Load-Ms": {
    about:
      "How long the model's load was waited for, in whole milliseconds; 0: it was in memory. Not on a stream that began with notices: there the last event says it.",
    schema: { type: "integer" },
    example: 0,
  },
  "X-Shared-Ollama-Queue-Position": {
    about:
      "Its number in the queue when the request began to wait, or where it would have been when it was refused. Absent where it did not wait for a place.",
    schema: { type: "integer" },
    example: 3,
  },
  "X-Shared-Ollama-Expected-Wait": {
    about:
      "How long it was expected to wait for its place and its model then, in seconds. Absent where it did not wait, or nothing was known.",
    schema: { type: "number" },
    example: 12.4,
  },
  "X-Cache": {
    about: "What the response cache had to do with the answer.",
    schema: { type: "string", enum: CACHE_STATES },
    example: "HIT-SEMANTIC",
  },
  "X-Cache-Similarity": {
    about: "With `HIT-SEMANTIC`: the cosine of this question and the one that was answered.",
    schema: { type: "string", pattern: "^-?\\d\\.\\d{4}$" },
    example: "0.9612",
  },
  "X-Shared-Ollama-Num-Ctx": {
    about:
      "The context that was asked for with `num_ctx`, and the one that the answer was made with, in tokens.",
    schema: { type: "string", pattern: "^asked=\\d+, used=\\d+$" },
    example: "asked=8192, used=32768",
  },
  Age: {
    about: "The age of a kept answer, in seconds.",
    schema: { type: "integer" },
    example: 12,
  },
  "X-Shared-Ollama-Truncated": {
    about:
      "The prompt did not fit the model's context: so many of its tokens were read (`unknown` where the server does not count them). Streams say it in their last part, in `truncated`. Of vectors: a text was too long, and so many tokens were read of it and the texts that were computed with it.",
    schema: { type: "string", pattern: "^kept=(?:\\d+|unknown)$" },
    example: "kept=2048",
  },
  "X-RateLimit-Limit": {
    about: "Requests that a tenant may make on this route in a minute.",
    schema: { type: "integer" },
    example: 60,
  },
  "X-RateLimit-Remaining": {
    about: "Those that are left of them.",
    schema: { type: "integer" },
    example: 59,
  },
  "X-RateLimit-Reset": {
    about: "When the minute ends, in Unix seconds.",
    schema: { type: "integer" },
    example: 1_767_225_660,
  },
  "Retry-After": {
    about:
      "Whole seconds to wait. Where the queue refuses, the expected time, as far as it is known.",
    schema: { type: "integer" },
    example: 2,
  },
  Allow: {
    about: "The methods that the route has.",
    schema: { type: "string" },
    example: "GET",
  },
} satisfies Record<string, OwnHeader>;
