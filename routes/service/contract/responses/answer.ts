import { z } from "@hono/zod-openapi";
import { agentRun, RatedToken, truncated } from "../answers.ts";
import { CODES } from "../errors.ts";
import { FunctionTool, ShownToolChoice, TextFormat } from "./settings.ts";

const status = z.enum(["in_progress", "completed", "incomplete"]);

export const OutputTextPart = z
  .object({
    type: z.literal("output_text"),
    text: z.string(),
    annotations: z.array(z.unknown()).max(0),
    logprobs: z.array(RatedToken),
  })
  .openapi("OutputText");

const OutputMessage = z
  .object({
    id: z.string(),
    type: z.literal("message"),
    status,
    role: z.literal("assistant"),
    content: z.array(OutputTextPart),
  })
  .openapi("OutputMessage");

export const SummaryPart = z
  .object({ type: z.literal("summary_text"), text: z.string() })
  .openapi("SummaryText");

const ReasoningItem = z
  .object({ id: z.string(), type: z.literal("reasoning"), status, summary: z.array(SummaryPart) })
  .openapi("ReasoningItem", { description: "What the model has thought" });

const FunctionCallItem = z
  .object({
    id: z.string(),
    type: z.literal("function_call"),
    status,
    call_id: z.string(),
    name: z.string(),
    arguments: z.string().openapi({ description: "JSON" }),
  })
  .openapi("FunctionCallItem");

const McpListToolsItem = z
  .object({
    id: z.string(),
    type: z.literal("mcp_list_tools"),
    server_label: z.string(),
    tools: z.array(
      z
        .object({
          name: z.string(),
          description: z.string().nullable(),
          input_schema: z.looseObject({}),
          annotations: z.null(),
        })
        .openapi("McpListedTool"),
    ),
    error: z.string().nullable(),
  })
  .openapi("McpListToolsItem", { description: "Of an agent's run: tools of an MCP server" });

const McpCallItem = z
  .object({
    id: z.string(),
    type: z.literal("mcp_call"),
    status: z.enum(["in_progress", "completed", "incomplete", "failed"]),
    server_label: z.string(),
    name: z.string(),
    arguments: z.string().openapi({ description: "JSON" }),
    output: z.string().nullable(),
    error: z.string().nullable(),
    approval_request_id: z.string().nullable(),
  })
  .openapi("McpCallItem", { description: "Of an agent's run: a call that the service has made" });

const McpApprovalRequestItem = z
  .object({
    id: z.string(),
    type: z.literal("mcp_approval_request"),
    server_label: z.string(),
    name: z.string(),
    arguments: z.string().openapi({ description: "JSON" }),
  })
  .openapi("McpApprovalRequestItem", {
    description: "Of an agent's run: a call that waits for a person's yes",
  });

export const OutputItem = z
  .discriminatedUnion("type", [
    OutputMessage,
    ReasoningItem,
    FunctionCallItem,
    McpListToolsItem,
    McpCallItem,
    McpApprovalRequestItem,
  ])
  .openapi("OutputItem");

const Usage = z
  .object({
    input_tokens: z.int(),
    input_tokens_details: z.object({ cached_tokens: z.int(), cache_write_tokens: z.int() }),
    output_tokens: z.int(),
    output_tokens_details: z.object({ reasoning_tokens: z.int() }),
    total_tokens: z.int(),
  })
  .openapi("ResponseUsage", { description: "The details are not known, and always 0" });

const ResponseError = z
  .object({ code: z.enum(CODES), message: z.string() })
  .openapi("ResponseFailure");

const IncompleteDetails = z
  .object({
    reason: z.string().openapi({
      description: "max_output_tokens; of an agent's run also its own reasons, such as max_steps",
    }),
  })
  .openapi("IncompleteDetails");

/** A response of OpenAI's Responses API. */
export const ResponseAnswer = z
  .object({
    id: z.string(),
    object: z.literal("response"),
    created_at: z.int().openapi({ description: "Unix seconds" }),
    completed_at: z.int().nullable(),
    status: z.enum(["in_progress", "completed", "incomplete", "failed"]),
    background: z.literal(false),
    error: z.union([ResponseError, z.null()]),
    incomplete_details: z.union([IncompleteDetails, z.null()]),
    instructions: z.string().nullable(),
    max_output_tokens: z.int().nullable(),
    metadata: z.record(z.string(), z.string()),
    model: z.string(),
    output: z.array(OutputItem),
    parallel_tool_calls: z.boolean(),
    previous_response_id: z.string().nullable(),
    reasoning: z.object({ effort: z.string().nullable(), summary: z.string().nullable() }),
    service_tier: z.literal("default"),
    store: z.boolean(),
    temperature: z.number().nullable(),
    text: z.object({ format: TextFormat, verbosity: z.string().optional() }),
    tool_choice: ShownToolChoice,
    tools: z.array(FunctionTool),
    top_logprobs: z.int(),
    top_p: z.number().nullable(),
    truncation: z.enum(["auto", "disabled"]),
    usage: z.union([Usage, z.null()]),
    user: z.string().nullable(),
    truncated,
    shared_ollama: agentRun,
    schema_valid: z.boolean().optional().openapi({
      description: "With `strict`: whether the text holds to its schema",
    }),
  })
  .openapi("ResponseObject", {
    example: {
      id: "resp_7f1f9c0e3b5a4d539d7e0a2d5f6e8c11",
      object: "response",
      created_at: 1_767_225_600,
      completed_at: 1_767_225_601,
      status: "completed",
      background: false,
      error: null,
      incomplete_details: null,
      instructions: null,
      max_output_tokens: null,
      metadata: {},
      model: "smollm2:135m",
      output: [
        {
          id: "msg_7f1f9c0e3b5a4d539d7e0a2d5f6e8c11_0",
          type: "message",
          status: "completed",
          role: "assistant",
          content: [
            {
              type: "output_text",
              text: "Sunlight scatters in the air.",
              annotations: [],
              logprobs: [],
            },
          ],
        },
      ],
      parallel_tool_calls: true,
      previous_response_id: null,
      reasoning: { effort: null, summary: null },
      service_tier: "default",
      store: true,
      temperature: null,
      text: { format: { type: "text" } },
      tool_choice: "auto",
      tools: [],
      top_logprobs: 0,
      top_p: null,
      truncation: "auto",
      usage: {
        input_tokens: 31,
        input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
        output_tokens: 18,
        output_tokens_details: { reasoning_tokens: 0 },
        total_tokens: 49,
      },
      user: null,
    },
  });

export const DeletedResponse = z
  .object({ id: z.string(), object: z.literal("response"), deleted: z.literal(true) })
  .openapi("DeletedResponse", {
    example: { id: "resp_7f1f9c0e3b5a4d539d7e0a2d5f6e8c11", object: "response", deleted: true },
  });
