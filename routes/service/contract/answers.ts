import { z } from "@hono/zod-openapi";
import { ToolCallSchema } from "./messages.ts";

const metrics = {
  model: z.string(),
  request_id: z.uuid(),
  latency_ms: z.number().openapi({ description: "The whole request, in milliseconds" }),
  model_load_ms: z.number().nullable(),
  model_warm_start: z.boolean().openapi({ description: "The model was already in memory" }),
  prompt_eval_count: z.int().nullable(),
  generation_eval_count: z.int().nullable(),
  total_duration_ms: z.number().nullable(),
};

const exampleMetrics = {
  model: "smollm2:135m",
  request_id: "7f1f9c0e-3b5a-4d53-9d7e-0a2d5f6e8c11",
  latency_ms: 412.37,
  model_load_ms: 0,
  model_warm_start: true,
  prompt_eval_count: 31,
  generation_eval_count: 18,
  total_duration_ms: 405.112,
};

export const GenerateAnswer = z
  .object({ text: z.string(), tool_calls: z.array(ToolCallSchema).optional(), ...metrics })
  .openapi("GenerateResponse", {
    example: { text: "Sunlight scatters in the air.", ...exampleMetrics },
  });

export const ChatAnswer = z
  .object({
    message: z.object({
      role: z.literal("assistant"),
      content: z.string().nullable(),
      tool_calls: z.array(ToolCallSchema).nullable(),
      tool_call_id: z.null(),
    }),
    ...metrics,
  })
  .openapi("ChatResponse", {
    example: {
      message: {
        role: "assistant",
        content: "Sunlight scatters in the air.",
        tool_calls: null,
        tool_call_id: null,
      },
      ...exampleMetrics,
    },
  });

const usage = z.object({
  prompt_tokens: z.int(),
  completion_tokens: z.int(),
  total_tokens: z.int(),
});

export const ChatCompletion = z
  .object({
    id: z.string(),
    object: z.literal("chat.completion"),
    created: z.int(),
    model: z.string(),
    choices: z.array(
      z.object({
        index: z.int(),
        message: z.object({
          role: z.literal("assistant"),
          content: z.string(),
          refusal: z.null(),
          annotations: z.array(z.unknown()),
          tool_calls: z.array(ToolCallSchema).optional(),
        }),
        logprobs: z.null(),
        finish_reason: z.enum(["stop", "length", "tool_calls"]),
      }),
    ),
    usage,
    system_fingerprint: z.null(),
  })
  .openapi("ChatCompletion", {
    example: {
      id: "chatcmpl-7f1f9c0e-3b5a-4d53-9d7e-0a2d5f6e8c11",
      object: "chat.completion",
      created: 1767225600,
      model: "smollm2:135m",
      choices: [
        {
          index: 0,
          message: {
            role: "assistant",
            content: "Sunlight scatters in the air.",
            refusal: null,
            annotations: [],
          },
          logprobs: null,
          finish_reason: "stop",
        },
      ],
      usage: { prompt_tokens: 31, completion_tokens: 18, total_tokens: 49 },
      system_fingerprint: null,
    },
  });

/** How a stream looks, for the document: OpenAPI 3.1 has no words for server-sent events. */
export function eventStream(about: string, example: string) {
  return {
    "text/event-stream": {
      schema: z.string().openapi({ description: about, example }),
    },
  };
}
