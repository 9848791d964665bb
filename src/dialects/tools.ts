import { ServiceError } from "../errors/service-error.ts";
import type { OllamaAnswer } from "../inference/answers.ts";

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

/** Which tools a model may call: none, all, or those that are named. */
export type ToolChoice = "none" | "auto" | "required" | { names: string[] };

/** What a function is given that stands in for a custom tool. */
const CUSTOM_PARAMETERS = {
  type: "object",
  properties: { input: { type: "string" } },
  required: ["input"],
};

/**
 * The tools that a request offers, as Ollama takes them: functions all. It cannot make a model call
 * one, so that `required` and names only say what is offered.
 * @throws ServiceError `validation_error` for a choice of a tool that is not there.
 */
export function toOllamaTools(
  tools: readonly Tool[] = [],
  choice: ToolChoice = "auto",
): Record<string, unknown>[] | undefined {
  const offered = chosen(tools, choice).map(toOllamaTool);
  return offered.length > 0 ? offered : undefined;
}

function chosen(tools: readonly Tool[], choice: ToolChoice): readonly Tool[] {
  if (choice === "none") return [];
  if (typeof choice === "string") return tools;
  const missing = choice.names.find((name) => !tools.some((tool) => nameOf(tool) === name));
  if (missing !== undefined) {
    const message = `tool_choice: there is no tool '${missing.slice(0, LONGEST_NAME)}' in tools`;
    throw new ServiceError("validation_error", message, { param: "tool_choice" });
  }
  return tools.filter((tool) => choice.names.includes(nameOf(tool)));
}

/** A name in an error. */
const LONGEST_NAME = 100;

function nameOf(tool: Tool): string {
  return tool.type === "function" ? tool.function.name : tool.custom.name;
}

function toOllamaTool(tool: Tool): Record<string, unknown> {
  if (tool.type === "function") return { type: "function", function: tool.function };
  return { type: "function", function: { ...tool.custom, parameters: CUSTOM_PARAMETERS } };
}

/** The names of a request's custom tools. */
export function customNames(tools: readonly Tool[] = []): ReadonlySet<string> {
  return new Set(tools.filter(({ type }) => type === "custom").map(nameOf));
}

/** An answer of Ollama in which calls of these tools say that they are custom ones. */
export function withCustomCalls(answer: OllamaAnswer, names: ReadonlySet<string>): OllamaAnswer {
  const message = answer["message"];
  if (typeof message !== "object" || message === null || !("tool_calls" in message)) return answer;
  const { tool_calls: calls } = message;
  if (!Array.isArray(calls)) return answer;
  const marked = calls.map((call: { function?: { name?: string } }) =>
    names.has(call.function?.name ?? "") ? { ...call, type: "custom" } : call,
  );
  return { ...answer, message: { ...message, tool_calls: marked } };
}
