import { z } from "@hono/zod-openapi";
import { AgentRunReason, metrics } from "../answers.ts";
import { filledText, maybe } from "../fields.ts";
import { LIST_LIMITS } from "../list-limits.ts";
import { list } from "../lists.ts";
import { NativeMessage } from "../messages.ts";
import { ToolCallSchema, ToolSchema } from "../tools.ts";
import { AgentOptions } from "./agent-options.ts";
import { AgentApproval, AgentRunStep, RunStatusField } from "./answers.ts";

export const RunAgentBody = z
  .strictObject({
    prompt: maybe(filledText()).openapi({ description: "What it is asked; or `messages`" }),
    messages: maybe(list(NativeMessage, LIST_LIMITS.messages).min(1)).openapi({
      description:
        "The conversation so far, also with outputs of functions that the client has run; a prompt comes after it",
    }),
    tools: maybe(list(ToolSchema, LIST_LIMITS.tools)).openapi({
      description: "Functions that the client runs, beside the agent's own",
    }),
    options: maybe(AgentOptions()),
    stream: maybe(z.boolean()).openapi({
      description: "Events of OpenAI's Responses API, as they come",
    }),
    background: maybe(z.boolean()).openapi({
      description: "The run goes on without its client: the answer comes at once, with its id",
    }),
  })
  .openapi("RunAgentRequest", { example: { prompt: "Which books on tides are there?" } });

const EXAMPLE_ID = "run_7f1f9c0e-3b5a-4d53-9d7e-0a2d5f6e8c11";

export const RunAgentAnswer = z
  .object({
    agent: z.string(),
    run_id: z.string(),
    status: RunStatusField,
    reason: AgentRunReason.optional(),
    response: z.string().openapi({ description: "What the model has said last" }),
    message: z.object({
      role: z.literal("assistant"),
      content: z.string(),
      tool_calls: z.array(ToolCallSchema).nullable(),
      tool_call_id: z.null(),
    }),
    tool_calls: z
      .array(ToolCallSchema)
      .optional()
      .openapi({ description: "Calls of functions that the client runs" }),
    approvals: z.array(AgentApproval).optional(),
    steps: z.array(AgentRunStep),
    ...metrics,
  })
  .openapi("AgentRunResult", {
    description: "Counts and times are those of all model turns together",
    example: {
      agent: "librarian",
      run_id: EXAMPLE_ID,
      status: "completed",
      response: "There are two: …",
      message: {
        role: "assistant",
        content: "There are two: …",
        tool_calls: null,
        tool_call_id: null,
      },
      steps: [],
      model: "qwen3:8b",
      request_id: "7f1f9c0e-3b5a-4d53-9d7e-0a2d5f6e8c11",
      latency_ms: 2412.37,
      model_load_ms: 0,
      model_warm_start: true,
      prompt_eval_count: 912,
      generation_eval_count: 118,
      total_duration_ms: 2205.112,
    },
  });

export const BegunRun = z
  .object({ agent: z.string(), run_id: z.string(), status: RunStatusField })
  .openapi("AgentRunBegun", {
    example: { agent: "librarian", run_id: EXAMPLE_ID, status: "running" },
  });

export const ApproveBody = z
  .strictObject({
    call_id: filledText().openapi({ description: "Of the call, as `approvals` has it" }),
    approve: z.boolean(),
    arguments: maybe(z.string()).openapi({
      description: "The arguments that were shown, word for word; or `arguments_sha256`",
    }),
    arguments_sha256: maybe(z.string().regex(/^[0-9a-fA-F]{64}$/, "expected 64 digits")),
    reason: maybe(z.string().max(1000)).openapi({
      description: "Of a denial: what the model is told",
    }),
  })
  .refine(
    ({ arguments: args, arguments_sha256: hash }) => args !== undefined || hash !== undefined,
    {
      path: ["arguments_sha256"],
      message: "is needed, or arguments: an approval is of what was shown",
    },
  )
  .openapi("ApproveCall", {
    example: {
      call_id: "mcpr_7f1f9c0e3b5a4d539d7e0a2d5f6e8c11_2",
      approve: true,
      arguments_sha256: "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",
    },
  });

export const RunState = z
  .object({
    run_id: z.string(),
    agent: z.string(),
    status: RunStatusField,
    reason: AgentRunReason.optional(),
  })
  .openapi("AgentRunState", {
    example: {
      run_id: EXAMPLE_ID,
      agent: "librarian",
      status: "cancelled",
      reason: { code: "cancelled", message: "The request was cancelled" },
    },
  });

export const RunEventsQuery = z.strictObject({
  after: z.coerce.number().int().min(-1).max(Number.MAX_SAFE_INTEGER).optional().openapi({
    description: "The sequence_number of the last event that was seen; without it, from the first",
  }),
});

export const RUN_STREAM_EXAMPLE =
  'event: response.mcp_call.in_progress\ndata: {"type":"response.mcp_call.in_progress","sequence_number":9,"item_id":"mcp_7f1f…_1","output_index":1}\n\n';
