import { z } from "@hono/zod-openapi";
import { AGENT_NAME, RESERVED_AGENT_NAMES } from "../../../../src/agents/agent-name.ts";
import type { AgentDefinition } from "../../../../src/agents/agent.ts";
import { ServiceError } from "../../../../src/errors/service-error.ts";
import { ResponseFormat } from "../answer-format.ts";
import { integer, maybe, maybeNamed, text } from "../fields.ts";
import { LIST_LIMITS } from "../list-limits.ts";
import { list } from "../lists.ts";
import { FunctionTool } from "../tools.ts";
import { AgentOptions } from "./agent-options.ts";

/** What is not given. */
const DEFAULTS = { maxSteps: 10, timeoutSec: 300 };

const MOST_STEPS = 50;
const MOST_TOOL_CALLS = 1000;
const LONGEST_TIMEOUT_SEC = 3600;

const ServerName = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, "expected the name of an MCP server");
const ToolName = z.string().min(1).max(128);

export const ApprovalWord = z.enum(["never", "always"]).openapi("ApprovalWord");

const AgentName = text()
  .regex(AGENT_NAME, "expected 1 to 64 letters, digits and . _ -, the first a letter, digit or _")
  .refine((name) => !RESERVED_AGENT_NAMES.has(name), "is the name of a route; choose another");

/** OpenAI's form of it, whatever it was wrapped in. */
const Format = ResponseFormat.transform(({ type, json_schema, schema, strict }) => {
  const given = json_schema ?? schema;
  if (!given) return { type };
  const said = given.strict ?? strict;
  const held = { name: "answer", schema: given.schema };
  return { type, json_schema: said === undefined ? held : { ...held, strict: said } };
});

/** An absent or empty text: it is told with what else is missing. */
const needed = <T extends z.ZodType>(schema: T) =>
  z.preprocess((value) => (isBlank(value) ? undefined : value), schema.optional());

function isBlank(value: unknown): boolean {
  return value === null || (typeof value === "string" && value.trim() === "");
}

const fields = {
  name: needed(AgentName).openapi({
    type: "string",
    description: "Up to 64 letters, digits and `. _ -`",
    example: "librarian",
  }),
  role: needed(text()).openapi({
    type: "string",
    description: "Its instructions: the system message of each of its runs",
    example: "You answer from the library's catalogue, in two sentences at most.",
  }),
  model: needed(
    text().refine((model) => !model.startsWith("agent:"), "an agent's model is no agent"),
  ).openapi({
    type: "string",
    description: "A model's name, or an alias; not an agent",
    example: "qwen3:8b",
  }),
  options: maybe(AgentOptions()),
  config: maybe(AgentOptions()).openapi({ description: "Another name for `options`" }),
  tools: maybe(list(FunctionTool, LIST_LIMITS.tools)).openapi({
    description: "Functions that the client runs; a run's answer has their calls",
  }),
  response_format: maybeNamed(Format),
  mcp: maybe(list(ServerName, LIST_LIMITS.mcpServers)).openapi({
    description: "MCP servers of config/mcp.yaml, whose tools the service runs",
  }),
  allowed_tools: maybe(list(ToolName, LIST_LIMITS.toolNames)).openapi({
    description: "The tools of these servers that it may use; without it, all",
  }),
  require_approval: maybe(z.union([ApprovalWord, list(ToolName, LIST_LIMITS.toolNames)])).openapi({
    description: "Which calls of these tools wait for a person; default `never`",
  }),
  max_steps: maybe(integer(1, MOST_STEPS)).openapi({
    description: `Model turns of a run; default ${DEFAULTS.maxSteps}`,
  }),
  max_tool_calls: maybe(integer(0, MOST_TOOL_CALLS)).openapi({
    description: "Tool calls of a run; without it, as many as its steps make",
  }),
  timeout_sec: maybe(integer(1, LONGEST_TIMEOUT_SEC)).openapi({
    description: `Seconds that a run may take, waiting for people apart; default ${DEFAULTS.timeoutSec}`,
  }),
  visibility: maybe(z.enum(["tenant", "everyone"])).openapi({
    description: "Who sees it: its tenant (the default), or everyone",
  }),
};

const EXAMPLE = {
  name: "librarian",
  role: "You answer from the library's catalogue, in two sentences at most.",
  model: "qwen3:8b",
  options: { temperature: 0.2, num_ctx: 8192 },
};

const NEEDED = ["name", "role", "model"] as const;

const notBoth = "is another name for options; give one of them";

/** What makes an agent. Its name, role and model are needed: `definitionOf` says so. */
export const AgentBody = z
  .strictObject(fields)
  .refine(({ options, config }) => !options || !config, { path: ["config"], message: notBoth })
  .openapi("AgentDefinition", { required: [...NEEDED], example: EXAMPLE });

/** What an answer says of an agent beside its definition; it is passed over where it comes back. */
const ignored = { description: "As answers have it; passed over" };
const answered = {
  status: maybe(z.string()).openapi(ignored),
  owner: maybe(z.string()).openapi(ignored),
  file: maybe(z.string()).openapi(ignored),
  may_change: maybe(z.boolean()).openapi(ignored),
  created_at: maybe(z.string()).openapi(ignored),
  updated_at: maybe(z.string()).openapi(ignored),
};

/** The same under the name in the path, so that an answer can be changed and sent back. */
export const ReplaceAgentBody = z
  .strictObject({ ...fields, ...answered })
  .refine(({ options, config }) => !options || !config, { path: ["config"], message: notBoth })
  .openapi("AgentChange", { required: ["role", "model"], example: EXAMPLE });

/** @throws ServiceError `invalid_request` listing which of name, role and model are missing. */
export function definitionOf(body: z.infer<typeof AgentBody>): AgentDefinition {
  const { name, role, model } = body;
  if (name === undefined || role === undefined || model === undefined) {
    const missing = NEEDED.filter((field) => body[field] === undefined);
    const message = `An agent needs name, role and model; missing: ${missing.join(", ")}`;
    throw new ServiceError("invalid_request", message, {
      fields: { missing },
      param: missing[0] ?? "name",
    });
  }
  return {
    name,
    role,
    model,
    options: body.options ?? body.config,
    tools: body.tools,
    responseFormat: body.response_format,
    mcp: [...new Set(body.mcp)],
    allowedTools: body.allowed_tools && [...new Set(body.allowed_tools)],
    requireApproval: body.require_approval ?? "never",
    maxSteps: body.max_steps ?? DEFAULTS.maxSteps,
    maxToolCalls: body.max_tool_calls,
    timeoutSec: body.timeout_sec ?? DEFAULTS.timeoutSec,
    visibility: body.visibility ?? "tenant",
  };
}
