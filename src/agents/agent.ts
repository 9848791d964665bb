import type { StoredTool } from "./stored-tool.ts";

/** Which calls of MCP tools wait for a person: none, all, or those of the named tools. */
export type ApprovalRule = "never" | "always" | readonly string[];

/** What an agent is: its instructions, its model and what it may do. */
export interface AgentDefinition {
  readonly name: string;
  /** The system message of each of its runs. */
  readonly role: string;
  readonly model: string;
  /** Generation options, by their names on `/api/v1`. */
  readonly options?: Readonly<Record<string, unknown>> | undefined;
  /** Functions that the client runs; the service answers with their calls. */
  readonly tools?: readonly StoredTool[] | undefined;
  /** OpenAI's `response_format`, held to in the last answer. */
  readonly responseFormat?: Readonly<Record<string, unknown>> | undefined;
  /** MCP servers of config/mcp.yaml whose tools it has. */
  readonly mcp: readonly string[];
  /** Of those tools, the ones it may use, by name; undefined: all. */
  readonly allowedTools?: readonly string[] | undefined;
  readonly requireApproval: ApprovalRule;
  /** Model turns of a run. */
  readonly maxSteps: number;
  /** Tool calls of a run; undefined: as many as its steps make. */
  readonly maxToolCalls?: number | undefined;
  /** Seconds that a run may take, waiting for people apart. */
  readonly timeoutSec: number;
  /** Who sees it: the tenant that made it, or everyone. */
  readonly visibility: "tenant" | "everyone";
}

/** An agent as it is kept. */
export interface Agent extends AgentDefinition {
  /** The tenant that made it; undefined for those of `config/agents`, which nobody may change. */
  readonly owner: string | undefined;
  /** Milliseconds since 1970. */
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
}
