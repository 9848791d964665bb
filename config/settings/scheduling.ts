import { type SettingGroup, bool, int, optionalInt, seconds } from "../setting-types.ts";

/** The queue before the inference server, and what one tenant may have of it. */
export const SCHEDULING_SETTINGS = {
  upstreamParallel: optionalInt({
    env: "UPSTREAM_PARALLEL",
    min: 1,
    max: 1000,
    about:
      "Requests in flight to the inference server for one model (default: what the server was started with, 1 for an adopted one).",
  }),
  upstreamParallelMax: int({
    env: "UPSTREAM_PARALLEL_MAX",
    fallback: 4,
    min: 1,
    max: 100,
    about:
      "Up to so many requests in flight for one model are tried on a server that the service did not start, where UPSTREAM_PARALLEL is not set; 1: none are.",
  }),
  queueTextMaxRunning: int({
    env: "QUEUE_CHAT_MAX_CONCURRENT",
    fallback: 6,
    min: 1,
    max: 100,
    about: "Text requests that run at once, over all models.",
  }),
  queueTextMaxWaiting: int({
    env: "QUEUE_CHAT_MAX_QUEUE_SIZE",
    fallback: 50,
    min: 1,
    max: 1000,
    about:
      "Text requests that may wait, beside as many in the background; one more is refused with queue_full, or has one of the longest line refused.",
  }),
  queueTextTimeoutMs: seconds({
    env: "QUEUE_CHAT_DEFAULT_TIMEOUT",
    fallback: 120,
    min: 1,
    max: 600,
    about: "Hard stop of a text request: waiting and running on /api/v1, waiting elsewhere.",
  }),
  queueVisionMaxRunning: int({
    env: "QUEUE_VLM_MAX_CONCURRENT",
    fallback: 3,
    min: 1,
    max: 100,
    about: "Requests with images that run at once, over all models.",
  }),
  queueVisionMaxWaiting: int({
    env: "QUEUE_VLM_MAX_QUEUE_SIZE",
    fallback: 20,
    min: 1,
    max: 500,
    about: "Requests with images that may wait.",
  }),
  queueVisionTimeoutMs: seconds({
    env: "QUEUE_VLM_DEFAULT_TIMEOUT",
    fallback: 150,
    min: 1,
    max: 1200,
    about: "Hard stop of a request with images.",
  }),
  modelPatienceMs: seconds({
    env: "QUEUE_MODEL_PATIENCE",
    fallback: 30,
    min: 0.1,
    max: 600,
    about:
      "Requests for a loaded model go before those that need a load, but never make a model wait longer than this for other models' turns.",
  }),
  streamNoticeMs: seconds({
    env: "STREAM_NOTICE_AFTER",
    fallback: 5,
    min: 0,
    max: 600,
    about:
      "A stream on /api/v1 that has waited this long for its place and its model begins, and says again and again what it waits for; until then a refusal has a status. 0: never.",
  }),
  tenantMaxText: int({
    env: "TENANT_MAX_TEXT",
    fallback: 6,
    min: 1,
    max: 1000,
    about: "Text requests that one tenant may have in flight.",
  }),
  tenantMaxVision: int({
    env: "TENANT_MAX_VLM",
    fallback: 3,
    min: 1,
    max: 1000,
    about: "Requests with images that one tenant may have in flight.",
  }),
  rateLimitEnabled: bool({
    env: "RATE_LIMIT_ENABLED",
    fallback: true,
    about: "Requests a minute per tenant and route of /api/v1.",
  }),
} satisfies SettingGroup;
