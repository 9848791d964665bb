import { ServiceError } from "../errors/service-error.ts";

interface FunctionTool {
  type: "function";
  function: {
    name: string;
    description?: string | undefined;
    parameters: Record<string, unknown>;
  };
}

/** A tool that takes a text of no set form. */
interface CustomTool {
  type: "custom";
  custom: { name: string; description?: string | undefined };
}

/** A tool as clients of the service describe it. */
export type Tool = FunctionTool | CustomTool;

/**
 * Which tools a model may call: none, all, or those that are named. Of named ones it may call some,
 * has to, or has to make one call.
 */
export type ToolChoice =
  | "none"
  | "auto"
  | "required"
  | { names: string[]; mode: "auto" | "required" | "one" };

/** What a request says of tools. */
export interface ToolRequest {
  tools?: readonly Tool[] | undefined;
  tool_choice?: ToolChoice | undefined;
  /** False: one call at most. */
  parallel_tool_calls?: boolean | undefined;
}

/** What a function is given that stands in for a custom tool. */
const CUSTOM_PARAMETERS = {
  type: "object",
  properties: { input: { type: "string" } },
  required: ["input"],
};

/**
 * The tools that a request offers: what its choice leaves of them.
 * @throws ServiceError `validation_error` for a choice of a tool that is not there, and for a call
 * that has to be made where there is no tool.
 */
export function offeredTools({
  tools = [],
  tool_choice: choice = "auto",
}: ToolRequest): readonly Tool[] {
  if (choice === "none") return [];
  if (choice === "auto") return tools;
  if (choice === "required") {
    if (tools.length === 0) throw wrongChoice("required needs tools");
    return tools;
  }
  const missing = choice.names.find((name) => !tools.some((tool) => toolName(tool) === name));
  if (missing !== undefined) {
    throw wrongChoice(`there is no tool '${missing.slice(0, LONGEST_NAME)}' in tools`);
  }
  return tools.filter((tool) => choice.names.includes(toolName(tool)));
}

/** A name in an error. */
const LONGEST_NAME = 100;

function wrongChoice(why: string): ServiceError {
  return new ServiceError("validation_error", `tool_choice: ${why}`, { param: "tool_choice" });
}

/** Whether an answer has to be a call. */
export function mustCall({ tool_choice: choice }: ToolRequest): boolean {
  return choice === "required" || (typeof choice === "object" && choice.mode !== "auto");
}

/** Whether an answer may have several calls. */
export function maySendSeveral({ tool_choice: choice, parallel_tool_calls }: ToolRequest): boolean {
  return parallel_tool_calls !== false && !(typeof choice === "object" && choice.mode === "one");
}

/** The name under which a tool is called. */
export function toolName(tool: Tool): string {
  return tool.type === "function" ? tool.function.name : tool.custom.name;
}

/** What a tool is called with, as a JSON Schema. */
export function toolParameters(tool: Tool): Record<string, unknown> {
  return tool.type === "function" ? tool.function.parameters : CUSTOM_PARAMETERS;
}

/** A tool as Ollama takes it: functions all. */
export function toOllamaTool(tool: Tool): Record<string, unknown> {
  if (tool.type === "function") return { type: "function", function: tool.function };
  return { type: "function", function: { ...tool.custom, parameters: CUSTOM_PARAMETERS } };
}
