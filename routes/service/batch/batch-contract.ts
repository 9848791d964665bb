import { z } from "@hono/zod-openapi";
import type { LineName } from "../../../src/scheduling/fair-queue.ts";
import { ChatAnswer, ChatCompletion, VisionAnswer, VisionCompletion } from "../contract/answers.ts";
import { CODES } from "../contract/errors.ts";
import { maybe } from "../contract/fields.ts";
import { EXAMPLE_IMAGE, imageFields } from "../contract/images.ts";
import { streamContent } from "../contract/stream-parts.ts";
import type { BatchStream } from "./batch-frames.ts";

/** Whose forms a batch's items have. */
export type BatchDialect = "service" | "openai";

interface BatchBody {
  operationId: string;
  dialect: BatchDialect;
  line: LineName;
  item: z.ZodType;
  maxItems: number;
}

/** The body of a batch, for the document: items are checked one by one when they run. */
export function batchRequest({ operationId, dialect, line, item, maxItems }: BatchBody) {
  const name = `${operationId[0]?.toUpperCase()}${operationId.slice(1)}Request`;
  return z
    .object({
      requests: z.array(item).min(1).max(maxItems),
      ...(line === "vision" ? { compression_format: imageFields.compression_format } : {}),
      stream: maybe(z.boolean()).openapi({
        description:
          "Sends each item's result as soon as it is there; `stream` of items is ignored",
      }),
    })
    .openapi(name, { example: { requests: ITEMS[dialect][line] } });
}

const asked = (content: string | object[]) => [{ role: "user", content }];
const TEXT_ITEMS = [
  { model: "smollm2:135m", messages: asked("Why is the sky blue?") },
  { model: "smollm2:135m", messages: asked("Why is grass green?"), max_tokens: 60 },
];
const LOOK = "What is in this picture?";

/** What requests in the document's examples ask. */
const ITEMS = {
  service: {
    text: TEXT_ITEMS,
    vision: [{ messages: asked(LOOK), images: [EXAMPLE_IMAGE] }],
  },
  openai: {
    text: TEXT_ITEMS,
    vision: [
      {
        messages: asked([
          { type: "image_url", image_url: { url: EXAMPLE_IMAGE } },
          { type: "text", text: LOOK },
        ]),
      },
    ],
  },
};

const EXAMPLE_ID = "7f1f9c0e-3b5a-4d53-9d7e-0a2d5f6e8c11";
const SAID = { role: "assistant", content: "Sunlight scatters in the air." };

const CHAT_EXAMPLE = {
  message: { ...SAID, tool_calls: null, tool_call_id: null },
  model: "smollm2:135m",
  request_id: `${EXAMPLE_ID}-0`,
  latency_ms: 412.37,
  model_load_ms: 0,
  model_warm_start: true,
  prompt_eval_count: 31,
  generation_eval_count: 18,
  total_duration_ms: 405.112,
};

const COMPLETION_EXAMPLE = {
  id: `chatcmpl-${EXAMPLE_ID}-0`,
  object: "chat.completion",
  created: 1_767_225_600,
  model: "smollm2:135m",
  choices: [
    {
      index: 0,
      message: { ...SAID, refusal: null, annotations: [] },
      logprobs: null,
      finish_reason: "stop",
    },
  ],
  usage: { prompt_tokens: 31, completion_tokens: 18, total_tokens: 49 },
  system_fingerprint: null,
};

const IMAGES_EXAMPLE = { images_processed: 1, compression_savings_bytes: 1_916_848 };

/** The data of an item, which is as the single route answers, and the name of the whole. */
const ANSWERS = {
  service: {
    example: CHAT_EXAMPLE,
    text: { name: "BatchAnswer", data: ChatAnswer, more: {} },
    vision: { name: "BatchVisionAnswer", data: VisionAnswer, more: IMAGES_EXAMPLE },
  },
  openai: {
    example: COMPLETION_EXAMPLE,
    text: { name: "BatchCompletionAnswer", data: ChatCompletion, more: {} },
    vision: { name: "BatchVisionCompletionAnswer", data: VisionCompletion, more: IMAGES_EXAMPLE },
  },
};

/** The figures of a batch. */
const figures = {
  batch_id: z.uuid(),
  total_requests: z.int(),
  successful: z.int(),
  failed: z.int(),
  total_time_ms: z.number(),
};

/** The result of an item, with further fields. */
function itemResult(data: z.ZodType, more: z.ZodRawShape = {}) {
  return z.discriminatedUnion("success", [
    z.object({ index: z.int(), success: z.literal(true), data, ...more }),
    z.looseObject({
      index: z.int(),
      success: z.literal(false),
      error: z.string(),
      error_type: z.string(),
      code: z.enum(CODES),
      request_id: z.string(),
      ...more,
    }),
  ]);
}

/** The answer of a batch, its items' data in the form of the single route. */
export function batchAnswer(dialect: BatchDialect, line: LineName) {
  const { example, [line]: form } = ANSWERS[dialect];
  const { name, data, more } = form;
  const failed = {
    index: 1,
    success: false,
    error: "model 'nope' not found",
    error_type: "NotFoundError",
    code: "model_not_found",
    request_id: `${EXAMPLE_ID}-1`,
  };
  return z.object({ ...figures, results: z.array(itemResult(data)) }).openapi(name, {
    example: {
      batch_id: EXAMPLE_ID,
      total_requests: 2,
      successful: 1,
      failed: 1,
      total_time_ms: 2105.4,
      results: [{ index: 0, success: true, data: { ...example, ...more } }, failed],
    },
  });
}

const LINES = [
  '{"index":1,"success":true,"data":{"message":{"role":"assistant","content":"…"}},"completed":1,"total_requests":2,"done":false}',
  '{"index":0,"success":true,"data":{"message":{"role":"assistant","content":"…"}},"completed":2,"total_requests":2,"done":false}',
  '{"batch_id":"7f1f…","total_requests":2,"successful":2,"failed":0,"total_time_ms":2105.4,"done":true}',
];

/** How a batch's stream looks, for the document. */
export function batchStream(stream: BatchStream, dialect: BatchDialect, line: LineName) {
  const isEvents = stream === "events";
  const { name, data } = ANSWERS[dialect][line];
  const failure = {
    error: z.string().optional().openapi({ description: "The batch was cancelled" }),
    error_type: z.string().optional(),
    code: z.enum(CODES).optional(),
    request_id: z.string().optional(),
  };
  const result = { completed: z.int(), total_requests: z.int(), done: z.literal(false) };
  return streamContent(isEvents ? "text/event-stream" : "application/x-ndjson", {
    part: z
      .union([
        itemResult(data, result),
        z.object({ ...figures, done: z.literal(true), ...failure }),
      ])
      .openapi(`${name}Part`),
    about: `One ${isEvents ? "`data:` line" : "line"} for each item as it ends, then the batch's figures`,
    example: isEvents
      ? [...LINES, "[DONE]"].map((line) => `data: ${line}\n\n`).join("")
      : LINES.map((line) => `${line}\n`).join(""),
  });
}
