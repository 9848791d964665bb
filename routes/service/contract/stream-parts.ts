import { z } from "@hono/zod-openapi";
import {
  agentRun,
  imagesBlock,
  logprobs,
  metrics,
  RatedToken,
  truncated,
  usage,
} from "./answers.ts";
import { OpenAIErrorBody, ServiceErrorBody } from "./errors.ts";
import { CustomCall, FunctionCall, ToolCallSchema } from "./tools.ts";

/** Where a native stream stands; also in the part that tells of a failure. */
const place = { chunk: z.string(), model: z.string(), request_id: z.string() };
const role = { role: z.literal("assistant") };

const WaitStatus = z
  .object({
    waiting_for: z.enum(["preparation", "place", "model", "answer"]),
    position: z.int().optional().openapi({ description: "Its number in the queue, from 1" }),
    expected_wait_ms: z.int().optional().openapi({
      description: "How much longer it will wait for its place and its model; absent where unknown",
    }),
    basis: z.enum(["measured", "model", "default", "unknown"]).optional().openapi({
      description: "By what that is expected of a wait for a place, as in GET /api/v1/queue",
    }),
    since: z.iso.datetime().openapi({ description: "Since when it waits for that" }),
    waited_ms: z.int().openapi({ description: "Since the request came" }),
  })
  .openapi("WaitStatus", {
    description: "In a piece without text: what the request waits for (STREAM_NOTICE_AFTER)",
  });

/** At the end of a stream whose head was too early for `X-Shared-Ollama-Num-Ctx`. */
const numCtx = z
  .object({ asked: z.int(), used: z.int() })
  .openapi("UsedContext", {
    description:
      "Where the stream began with notices and asked for a context: the tokens that were asked for, and those that are used",
  })
  .optional();

/** Of an answer that is held to a schema. */
const schemaValid = z
  .boolean()
  .optional()
  .openapi({ description: "With `strict`, at the end: whether the answer matches its schema" });

/** A part of a native stream: a piece, the end with its figures, or a failure. */
function nativePart(name: string, more: z.ZodRawShape, atEnd: z.ZodRawShape = {}) {
  const piece = {
    ...place,
    ...more,
    tool_calls: z.array(ToolCallSchema).optional(),
    logprobs,
  };
  return z
    .union([
      z.object({ ...piece, done: z.literal(false), status: WaitStatus.optional() }),
      z.object({
        ...piece,
        done: z.literal(true),
        ...metrics,
        num_ctx: numCtx,
        schema_valid: schemaValid,
        ...atEnd,
      }),
      z.looseObject({ ...ServiceErrorBody.shape, ...place, ...more, done: z.literal(true) }),
    ])
    .openapi(name);
}

export const GenerateAnswerPart = nativePart("GenerateAnswerPart", {});
export const ChatAnswerPart = nativePart("ChatAnswerPart", role);
export const VisionAnswerPart = nativePart("VisionAnswerPart", role, imagesBlock);

/** Clients join pieces of a call by its index. */
const index = z.int();
const IndexedToolCall = z.discriminatedUnion("type", [
  z.object({ index, ...FunctionCall.shape }).openapi("FunctionToolCallPart"),
  z.object({ index, ...CustomCall.shape }).openapi("CustomToolCallPart"),
]);

const ChatCompletionChunk = z
  .object({
    id: z.string(),
    object: z.literal("chat.completion.chunk"),
    created: z.int().openapi({ description: "Unix seconds" }),
    model: z.string(),
    choices: z.array(
      z.object({
        index: z.int(),
        delta: z.object({
          role: z.literal("assistant").optional(),
          content: z.string().optional(),
          tool_calls: z.array(IndexedToolCall).optional(),
        }),
        logprobs: z.object({ content: z.array(RatedToken), refusal: z.null() }).nullable(),
        finish_reason: z.enum(["stop", "length", "tool_calls"]).nullable(),
      }),
    ),
    usage: usage.optional().openapi({ description: "In the chunk that ends the answer" }),
    system_fingerprint: z.null(),
    truncated,
    shared_ollama: agentRun,
    schema_valid: schemaValid,
    model_load_ms: z.number().optional().openapi({
      description:
        "In the chunk that ends the answer, where the stream began with notices: how long the model's load was waited for",
    }),
  })
  .openapi("ChatCompletionChunk");

/** A chunk of a chat completion, or a failure. */
export const ChatCompletionPart = z
  .union([ChatCompletionChunk, OpenAIErrorBody])
  .openapi("ChatCompletionPart");

export const COMPLETION_STREAM_EXAMPLE =
  'data: {"id":"chatcmpl-7f1f…","object":"chat.completion.chunk","created":1767225600,"model":"smollm2:135m","choices":[{"index":0,"delta":{"role":"assistant","content":"Sun"},"logprobs":null,"finish_reason":null}],"system_fingerprint":null}\n\n';

interface StreamLook {
  /** What the data of an event, or a line, is. */
  part: z.ZodType;
  about: string;
  example: string;
}

/** A stream as an answer's content, for the document. */
export function streamContent(
  type: "text/event-stream" | "application/x-ndjson",
  { part, about, example }: StreamLook,
) {
  const schema = z.string().openapi({ description: about, example });
  return { [type]: { schema, itemSchema: part } };
}
