import { z } from "@hono/zod-openapi";
import { ToolCallSchema } from "./tools.ts";

// Components with names: generators of clients make one model of each, where an object in place
// would be made anew for every part of a union, under the same name.
const truncation = (name: string, description: string) =>
  z.object({ kept: z.int().nullable() }).openapi(name, { description }).optional();

/** Of a prompt that was cut. */
export const truncated = truncation(
  "TruncatedPrompt",
  "Only where the prompt did not fit the model's context: how many of its tokens were read; null where the server does not count them",
);

/** Of texts for vectors that were cut. */
export const truncatedTexts = truncation(
  "TruncatedTexts",
  "Only where a text was too long for the model and lost its end: how many tokens were read of it and the texts that were computed with it; null where the server does not count them",
);

export const metrics = {
  model: z.string().openapi({ description: "The one that has answered, also to an alias" }),
  request_id: z.string().openapi({ description: "A UUID; of a batch's item with -index" }),
  latency_ms: z.number().openapi({ description: "The whole request, in milliseconds" }),
  model_load_ms: z.number(),
  model_warm_start: z.boolean().openapi({ description: "The model was already in memory" }),
  prompt_eval_count: z.int().nullable(),
  generation_eval_count: z.int().nullable(),
  total_duration_ms: z.number().nullable(),
  truncated,
};

const TokenLogprob = z.object({
  token: z.string(),
  logprob: z.number(),
  bytes: z.array(z.int()).optional(),
});

/** How likely a token was, and others in its place. */
export const RatedToken = TokenLogprob.extend({
  top_logprobs: z.array(TokenLogprob).optional(),
}).openapi("TokenLogprob");

export const AgentRunReason = z
  .object({ code: z.string(), message: z.string() })
  .openapi("AgentRunReason", { description: "Why a run ended that did not complete" });

/** Of an agent's run, where OpenAI's forms have no field. */
export const agentRun = z
  .object({
    run_id: z.string(),
    agent: z.string(),
    model: z.string(),
    status: z.string(),
    reason: AgentRunReason.optional(),
  })
  .openapi("RunOfAgent", { description: "Only where the model is an agent: its run" })
  .optional();

export const logprobs = z.array(RatedToken).optional().openapi({
  description: "With `logprobs: true`, for each token of the answer",
});

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
  .object({
    text: z.string(),
    tool_calls: z.array(ToolCallSchema).optional(),
    logprobs,
    ...metrics,
  })
  .openapi("GenerateAnswer", {
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
    logprobs,
    ...metrics,
  })
  .openapi("ChatAnswer", {
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

export const imagesBlock = {
  images_processed: z.int().openapi({ description: "Images that were given to the model" }),
  compression_savings_bytes: z.int().nullable().openapi({
    description: "Bytes saved by what was compressed for this request; null when none were",
  }),
};

export const VisionAnswer = z
  .object({ ...ChatAnswer.shape, ...imagesBlock })
  .openapi("VisionAnswer", {
    example: {
      message: {
        role: "assistant",
        content: "A cat on a chair.",
        tool_calls: null,
        tool_call_id: null,
      },
      ...exampleMetrics,
      model: "qwen3-vl:8b-instruct-q4_K_M",
      images_processed: 1,
      compression_savings_bytes: 1_916_848,
    },
  });

export const usage = z.object({
  prompt_tokens: z.int(),
  completion_tokens: z.int(),
  total_tokens: z.int(),
});

const exampleCompletion = {
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
};

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
          annotations: z
            .array(z.object({ type: z.string() }))
            .max(0)
            .openapi({ description: "Always empty" }),
          tool_calls: z.array(ToolCallSchema).optional(),
        }),
        logprobs: z.object({ content: z.array(RatedToken), refusal: z.null() }).nullable(),
        finish_reason: z.enum(["stop", "length", "tool_calls"]),
      }),
    ),
    usage,
    system_fingerprint: z.null(),
    truncated,
    shared_ollama: agentRun,
    // A request may bring images or none.
    ...z.object(imagesBlock).partial().shape,
  })
  .openapi("ChatCompletion", {
    example: exampleCompletion,
  });

export const VisionCompletion = z
  .object({ ...ChatCompletion.shape, ...imagesBlock })
  .openapi("VisionCompletion", {
    example: { ...exampleCompletion, images_processed: 1, compression_savings_bytes: 1_916_848 },
  });
