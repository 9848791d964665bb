import { ServiceError } from "../errors/service-error.ts";
import { isObject } from "../runtime/is-object.ts";
import { JsonExcessError, parseFlatJson } from "../runtime/parse-json.ts";

/** A call of a function as clients of the service see it: arguments are text that holds JSON. */
interface FunctionCall {
  id: string;
  type: "function";
  function: { name: string; arguments: string };
}

/** A call of a custom tool, which takes a text. */
interface CustomCall {
  id: string;
  type: "custom";
  custom: { name: string; input: string };
}

export type ToolCall = FunctionCall | CustomCall;

/** A message of the service's own dialects, its content already reduced to text. */
export interface ChatMessage {
  role: string;
  content?: string | null | undefined;
  tool_calls?: ToolCall[] | null | undefined;
  tool_call_id?: string | null | undefined;
  /** Slots of the message's images. */
  images?: string[] | undefined;
}

/**
 * Messages as Ollama takes them: arguments are objects, tool answers name their tool.
 * @param field of the request that has them, for errors.
 * @throws ServiceError `invalid_request` and `validation_error` for arguments of calls that are none.
 */
export function toOllamaMessages(
  messages: ChatMessage[],
  field: string = "messages",
): Record<string, unknown>[] {
  const toolNames = new Map<string, string>();
  return messages.map((message) => {
    for (const call of message.tool_calls ?? []) toolNames.set(call.id, nameOf(call));
    const toolName = message.tool_call_id ? toolNames.get(message.tool_call_id) : undefined;
    return {
      role: message.role === "developer" ? "system" : message.role,
      content: message.content ?? "",
      ...(message.images?.length ? { images: message.images } : {}),
      ...(message.tool_calls?.length
        ? { tool_calls: message.tool_calls.map((call) => toOllamaCall(call, field)) }
        : {}),
      ...(message.tool_call_id ? { tool_call_id: message.tool_call_id } : {}),
      ...(toolName ? { tool_name: toolName } : {}),
    };
  });
}

function nameOf(call: ToolCall): string {
  return call.type === "function" ? call.function.name : call.custom.name;
}

/** Ollama knows custom tools as functions of one text (tools.ts). */
function toOllamaCall(call: ToolCall, field: string): Record<string, unknown> {
  if (call.type === "custom") {
    const { name, input } = call.custom;
    return { id: call.id, function: { name, arguments: { input } } };
  }
  return {
    id: call.id,
    function: { name: call.function.name, arguments: parsedArguments(call.function, field) },
  };
}

/** A name in an error. */
const LONGEST_NAME = 100;

function parsedArguments(
  { name, arguments: text }: FunctionCall["function"],
  field: string,
): unknown {
  const of = `The arguments of the call to '${name.slice(0, LONGEST_NAME)}'`;
  try {
    const value: unknown = text === "" ? {} : parseFlatJson(text);
    if (isObject(value)) return value;
  } catch (err) {
    if (err instanceof JsonExcessError) {
      const message = `${of} are nested too deep, or have too many values`;
      throw new ServiceError("validation_error", message, { param: field });
    }
    // What is no JSON is told below.
  }
  throw new ServiceError("invalid_request", `${of} are no JSON object`, { param: field });
}

/** The tool calls of Ollama's answer as clients of the service see them; ids made when missing. */
export function fromOllamaCalls(message: unknown): ToolCall[] | undefined {
  if (typeof message !== "object" || message === null || !("tool_calls" in message))
    return undefined;
  const calls = message.tool_calls;
  if (!Array.isArray(calls) || calls.length === 0) return undefined;
  return calls.map(fromOllamaCall);
}

interface OllamaCall {
  id?: unknown;
  /** Set by `withCalls`. */
  type?: string;
  function?: { name?: string; arguments?: unknown };
}

function fromOllamaCall(call: OllamaCall): ToolCall {
  const id = typeof call.id === "string" && call.id !== "" ? call.id : newCallId();
  const { name = "", arguments: given } = call.function ?? {};
  return call.type === "custom"
    ? { id, type: "custom", custom: { name, input: inputText(given) } }
    : { id, type: "function", function: { name, arguments: argumentsText(given) } };
}

/** The text for a custom tool; all the model has said where it did not keep to the one parameter. */
function inputText(value: unknown): string {
  const isInput = typeof value === "object" && value !== null && "input" in value;
  return isInput && typeof value.input === "string" ? value.input : argumentsText(value);
}

function argumentsText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? {});
}

function newCallId(): string {
  return `call_${crypto.randomUUID().replaceAll("-", "").slice(0, 8)}`;
}
