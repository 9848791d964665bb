import { z } from "@hono/zod-openapi";
import { AgentRunReason } from "../answers.ts";
import { ApprovalWord } from "./definition.ts";

const optional = { description: "Left out where it has none" };
const anyObject = z.record(z.string(), z.unknown());

const AgentTool = z
  .object({
    type: z.literal("function"),
    function: z.object({
      name: z.string(),
      description: z.string().optional(),
      parameters: anyObject.optional().openapi({ description: "A JSON Schema of its arguments" }),
    }),
  })
  .openapi("AgentTool");

const AgentFormat = z
  .object({
    type: z.enum(["text", "json_object", "json_schema"]),
    json_schema: z
      .object({
        name: z.string(),
        schema: anyObject.openapi({ description: "What its last answer is held to" }),
        strict: z.boolean().optional(),
      })
      .optional(),
  })
  .openapi("AgentResponseFormat");

const EXAMPLE = {
  name: "librarian",
  role: "You answer from the library's catalogue, in two sentences at most.",
  model: "qwen3:8b",
  options: { temperature: 0.2 },
  mcp: ["catalogue"],
  allowed_tools: ["find_book"],
  require_approval: "never" as const,
  max_steps: 10,
  timeout_sec: 300,
  visibility: "tenant" as const,
  owner: "story-machine",
  may_change: true,
  created_at: "2026-01-31T12:00:00.000Z",
  updated_at: "2026-01-31T12:00:00.000Z",
};

const shape = {
  name: z.string(),
  role: z.string(),
  model: z.string(),
  options: anyObject.optional().openapi({
    description: "Generation options; Ollama's own stand in `options` of them",
  }),
  tools: z.array(AgentTool).optional().openapi(optional),
  response_format: AgentFormat.optional(),
  mcp: z.array(z.string()),
  allowed_tools: z.array(z.string()).optional().openapi({ description: "Left out: all" }),
  require_approval: z
    .union([ApprovalWord, z.array(z.string())])
    .openapi({ description: "Which calls of MCP tools wait for a person" }),
  max_steps: z.int(),
  max_tool_calls: z.int().optional().openapi(optional),
  timeout_sec: z.int(),
  visibility: z.enum(["tenant", "everyone"]),
  owner: z
    .string()
    .optional()
    .openapi({ description: "Its tenant; only told to that, and to who may manage" }),
  file: z
    .string()
    .optional()
    .openapi({ description: "The operator's file that it is in; no client can change it" }),
  may_change: z.boolean().openapi({ description: "Whether the client that asks may" }),
  created_at: z.iso.datetime(),
  updated_at: z.iso.datetime(),
};

export const AgentAnswer = z.object(shape).openapi("Agent", { example: EXAMPLE });

export const CreatedAgent = z
  .object({ status: z.literal("success"), ...shape })
  .openapi("CreatedAgent", { example: { status: "success", ...EXAMPLE } });

export const AgentList = z
  .object({
    agents: z
      .array(AgentAnswer)
      .openapi({ description: "Those of files, then one's own, then everyone's" }),
    next: z.string().nullable().openapi({
      description: "Give it as `after` for the next page; null: there is none",
    }),
    message: z
      .string()
      .optional()
      .openapi({ description: "Why some may be missing, or that there are none" }),
  })
  .openapi("AgentList", { example: { agents: [EXAMPLE], next: null } });

export const DeletedAgent = z
  .object({ status: z.literal("success"), name: z.string(), deleted: z.literal(true) })
  .openapi("AgentDeleted", { example: { status: "success", name: "librarian", deleted: true } });

export const AgentFindings = z
  .object({
    agent: z.string(),
    ok: z.boolean().openapi({ description: "Nothing was found that is wrong" }),
    findings: z.array(
      z
        .object({
          check: z.enum(["model", "tools", "context", "prompt_limit", "mcp", "allowed_tools"]),
          ok: z.boolean(),
          message: z.string(),
        })
        .openapi("AgentFinding"),
    ),
  })
  .openapi("AgentFindings", {
    example: {
      agent: "librarian",
      ok: false,
      findings: [
        { check: "model", ok: true, message: "The model 'qwen3:8b' is installed" },
        {
          check: "mcp",
          ok: false,
          message: "There is no MCP server 'catalogue' in config/mcp.yaml",
        },
      ],
    },
  });

export const RunStatusField = z.enum([
  "running",
  "waiting_for_approval",
  "completed",
  "failed",
  "cancelled",
  "interrupted",
  "incomplete",
]);

const EXAMPLE_RUN = {
  id: "run_7f1f9c0e-3b5a-4d53-9d7e-0a2d5f6e8c11",
  agent: "librarian",
  model: "qwen3:8b",
  status: "completed" as const,
  tenant: "story-machine",
  project: "story-machine",
  started_at: "2026-01-31T12:00:00.000Z",
  ended_at: "2026-01-31T12:00:09.000Z",
  step_count: 1,
};

const runShape = {
  id: z.string(),
  agent: z.string(),
  model: z.string(),
  status: RunStatusField,
  tenant: z.string(),
  project: z.string(),
  reason: AgentRunReason.optional(),
  started_at: z.iso.datetime(),
  ended_at: z.iso.datetime().optional(),
  step_count: z.int(),
};

export const AgentRunSummary = z
  .object(runShape)
  .openapi("AgentRunSummary", { example: EXAMPLE_RUN });

const ms = z.number().optional();
const traced = { description: "Only with AGENT_TRACE=full" };

export const AgentRunStep = z
  .object({
    kind: z.enum(["model", "tool"]),
    server: z.string().optional(),
    tool: z.string().optional(),
    request_id: z
      .string()
      .optional()
      .openapi({ description: "Of a model's turn, as in /api/v1/requests/{id}" }),
    outcome: z.string(),
    started_at: z.iso.datetime(),
    took_ms: z.number(),
    queue_ms: ms,
    load_ms: ms,
    inference_ms: ms,
    input_tokens: z.int().optional(),
    output_tokens: z.int().optional(),
    text: z.string().optional().openapi(traced),
    arguments: z.string().optional().openapi(traced),
  })
  .openapi("AgentRunStep");

export const AgentApproval = z
  .object({
    call_id: z.string(),
    server: z.string(),
    tool: z.string(),
    arguments: z.string().openapi({ description: "JSON, as the model has written it" }),
    arguments_sha256: z.string(),
  })
  .openapi("AgentApproval", { description: "A call that waits for a person" });

export const AgentRunAnswer = z
  .object({
    ...runShape,
    steps: z.array(AgentRunStep),
    approvals: z
      .array(AgentApproval)
      .optional()
      .openapi({ description: "Of a run that waits: what it waits for" }),
  })
  .openapi("AgentRun", {
    example: {
      ...EXAMPLE_RUN,
      steps: [
        {
          kind: "model",
          request_id: "7f1f9c0e-3b5a-4d53-9d7e-0a2d5f6e8c11",
          outcome: "completed",
          started_at: "2026-01-31T12:00:00.000Z",
          took_ms: 8999.2,
          queue_ms: 12.1,
          inference_ms: 8950.4,
          input_tokens: 212,
          output_tokens: 88,
        },
      ],
    },
  });

export const AgentRunList = z
  .object({
    running: z
      .array(AgentRunSummary)
      .openapi({ description: "Under way now; on the first page only" }),
    runs: z.array(AgentRunSummary).openapi({ description: "Kept, the newest first" }),
    next: z
      .int()
      .nullable()
      .openapi({ description: "Give it as `before` for the next page; null: there is none" }),
    recorded: z.boolean().openapi({ description: "false: none are kept (AGENT_TRACE=off)" }),
  })
  .openapi("AgentRunList", {
    example: { running: [], runs: [EXAMPLE_RUN], next: null, recorded: true },
  });

export const AgentsQuery = z.strictObject({
  all: z.enum(["true", "false"]).optional().openapi({
    description: "Also those that only their tenants see: for who may manage",
  }),
  after: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100).openapi({
    description: "Of a page, those of files apart",
  }),
});

export const OwnerQuery = z.strictObject({
  owner: z.string().max(100).optional().openapi({
    description:
      "The tenant whose agent is meant, for who may manage; default: one's own, else everyone's",
  }),
});

export const RunsQuery = z.strictObject({
  agent: z.string().max(64).optional(),
  status: RunStatusField.optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
  before: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
});

export const AgentInPath = z.object({
  name: z.string().openapi({ description: "The agent's name", example: "librarian" }),
});

export const RunInPath = z.object({
  id: z.string().openapi({ example: EXAMPLE_RUN.id }),
});
