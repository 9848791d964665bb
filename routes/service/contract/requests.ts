import { z } from "@hono/zod-openapi";
import { ENDINGS } from "../../../workers/request-store/endings.ts";
import { CODES } from "./errors.ts";

const ms = z.number().nullable();
const count = z.int().nullable();
const text = z.string().nullable();
const summary = z.string().openapi({ description: "Where its time went, in one sentence" });

/** Whose it is and what it asks for. */
const asked = {
  request_id: z.string().openapi({ description: "Of an item of a batch with its index" }),
  kind: z.enum(["request", "item", "batch"]),
  started_at: z.iso.datetime(),
  took_ms: z.number(),
  project: z.string().openapi({ description: "`unknown` where none is named" }),
  tenant: z.string(),
  client: text.openapi({ description: "Its address" }),
  route: text,
  dialect: z.enum(["service", "ollama", "openai", "both", "anthropic"]),
  operation: text,
  model: text,
  host: text.openapi({ description: "The inference server that was called" }),
  streamed: z.boolean(),
  bytes_in: count,
  queue_ms: ms.openapi({ description: "Waiting for a place" }),
  load_ms: ms.openapi({ description: "Waiting for the model to be loaded" }),
  first_ms: ms.openapi({ description: "From the call to the first byte of its answer" }),
  waited_behind: count.openapi({
    description: "Requests that ran or waited before it when it began to wait",
  }),
  load_shared: z.boolean().nullable().openapi({
    description: "The load that it waited for was begun for another; null: it waited for none",
  }),
  context: count.openapi({ description: "Tokens of context that its model ran with" }),
  prompt_cut: z.boolean().nullable().openapi({ description: "Its prompt did not fit that" }),
  output_tokens: count,
  cache: z.enum(["HIT-EXACT", "HIT-SEMANTIC", "MISS", "BYPASS"]).nullable(),
  images: count,
};

/** Of a request that has ended. */
const ended = {
  ...asked,
  state: z.literal("ended"),
  ended: z.enum(ENDINGS).openapi({ description: "Why" }),
  status: z.int().openapi({ description: "0 where there was no answer" }),
  error_code: z.enum(CODES).nullable(),
  whole: z.boolean().openapi({ description: "Its client had the whole answer, be it an error" }),
  bytes_out: z.int(),
  body_ms: ms.openapi({ description: "From the first byte to the last" }),
  prompt_ms: ms.openapi({ description: "As the server tells" }),
  generation_ms: ms.openapi({ description: "As the server tells" }),
  inference_ms: ms,
  input_tokens: count,
  tokens_estimated: z.boolean().nullable(),
  tokens_per_second: ms,
  saved_ms: ms.openapi({ description: "What the answer took that the cache had" }),
  image_bytes_saved: count,
};

const ID = "7f1f9c0e-3b5a-4d53-9d7e-0a2d5f6e8c11";

const EXAMPLE_ASKED = {
  request_id: ID,
  kind: "request",
  started_at: "2026-01-31T12:00:00.000Z",
  took_ms: 10_712.4,
  project: "story-machine",
  tenant: "story-machine",
  client: "192.168.1.20",
  route: "POST /api/v1/chat",
  dialect: "service",
  operation: "chat",
  model: "qwen3:8b",
  host: "http://127.0.0.1:11434",
  streamed: true,
  bytes_in: 312,
  queue_ms: 3204.1,
  load_ms: 1103.5,
  first_ms: 402.8,
  waited_behind: 4,
  load_shared: false,
  context: 8192,
  prompt_cut: false,
  output_tokens: 212,
  cache: "MISS",
  images: null,
};

const EXAMPLE_ENDED = {
  ...EXAMPLE_ASKED,
  state: "ended",
  ended: "completed",
  status: 200,
  error_code: null,
  whole: true,
  bytes_out: 40_211,
  body_ms: 6001.2,
  prompt_ms: 380.2,
  generation_ms: 5990.4,
  inference_ms: 6370.6,
  input_tokens: 96,
  tokens_estimated: false,
  tokens_per_second: 35.39,
  saved_ms: null,
  image_bytes_saved: null,
};

const EXAMPLE_SUMMARY =
  "Waited 3.2 s behind 4 requests, then 1.1 s for the model to load, then 0.4 s to the first token and " +
  "6.0 s of generation (212 tokens, 35/s)";

export const EndedRequestFacts = z
  .object(ended)
  .openapi("EndedRequest", { example: EXAMPLE_ENDED });

const NumberedRequest = z
  .object({
    ...ended,
    number: z.int().openapi({ description: "Rises with each that ends; `after` takes it" }),
  })
  .openapi("NumberedRequest", { example: { ...EXAMPLE_ENDED, number: 4711 } });

export const ExplainedRequest = z
  .object({ ...ended, number: z.int(), summary })
  .openapi("ExplainedRequest", {
    example: { ...EXAMPLE_ENDED, number: 4711, summary: EXAMPLE_SUMMARY },
  });

const EXAMPLE_LIVE = {
  ...EXAMPLE_ASKED,
  state: "waiting",
  waiting_for: "place",
  position: 2,
  expected_wait_ms: 4100.5,
  took_ms: 3204.1,
  host: null,
  queue_ms: null,
  load_ms: null,
  first_ms: null,
  waited_behind: 4,
  load_shared: null,
  context: null,
  prompt_cut: null,
  output_tokens: null,
  summary: "Waiting for a place for 3.2 s, number 2 in the queue",
};

export const LiveRequest = z
  .object({
    ...asked,
    state: z.enum(["waiting", "running", "cancelled"]).openapi({
      description:
        "`waiting` for a place or for its model; `cancelled`: its client has not taken the end yet",
    }),
    waiting_for: z.enum(["preparation", "place", "model", "answer"]).nullable().openapi({
      description: "null once its answer has begun",
    }),
    position: count.openapi({ description: "Its number in the queue, from 1" }),
    expected_wait_ms: ms.openapi({ description: "How much longer, as far as can be told" }),
    summary,
  })
  .openapi("LiveRequest", { example: EXAMPLE_LIVE });

export const RequestList = z
  .object({
    running: z.array(LiveRequest).openapi({
      description: "Under way now, the newest first, as many as `limit`; on the first page only",
    }),
    running_total: z.int().openapi({ description: "How many are; on the first page only" }),
    requests: z.array(NumberedRequest).openapi({ description: "Ended, the newest first" }),
    next: z
      .int()
      .nullable()
      .openapi({ description: "Give it as `after` for the next page; null: there is none" }),
    recorded: z
      .boolean()
      .openapi({ description: "false: none are kept (REQUEST_LOG_ENABLED=false)" }),
  })
  .openapi("RequestList", {
    example: {
      running: [EXAMPLE_LIVE],
      running_total: 1,
      requests: [{ ...EXAMPLE_ENDED, number: 4711 }],
      next: null,
      recorded: true,
    },
  });

export const Cancelled = z
  .object({ request_id: z.string(), state: z.literal("cancelled") })
  .openapi("CancelledRequest", { example: { request_id: ID, state: "cancelled" } });

export const Forgotten = z
  .object({
    forgotten: z.int().openapi({ description: "Records that were removed" }),
    forgotten_runs: z.int().openapi({ description: "Runs of agents that were removed" }),
  })
  .openapi("ForgottenRequests", { example: { forgotten: 212, forgotten_runs: 3 } });

export const IdInPath = z.object({
  id: z.string().openapi({ description: "As X-Shared-Ollama-Request-Id has it", example: ID }),
});

/** How many of the list come at once. */
const PAGE = { usual: 50, most: 500 };

export const ListQuery = z.strictObject({
  project: z.string().optional(),
  model: z.string().optional(),
  status: z.coerce.number().int().min(0).max(999).optional().openapi({
    description: "Of the answer; requests under way have none",
  }),
  limit: z.coerce.number().int().min(1).max(PAGE.most).default(PAGE.usual),
  after: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional().openapi({
    description: "Those before the one of this number",
  }),
});

export const ForgetQuery = z.strictObject({ project: z.string() });

export const EventsQuery = z.strictObject({
  project: z.string().optional().openapi({ description: "Only requests of this project" }),
});
