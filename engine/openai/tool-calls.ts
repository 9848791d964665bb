import { EngineError } from "../errors.ts";
import type { Fields } from "../http/fields.ts";
import { type ToolCall, parseArguments } from "../tools/tool-call.ts";
import { LIMITS } from "../values/limits.ts";

/**
 * The calls of a message; in this dialect their arguments are a string.
 * @throws {EngineError} 400 with Ollama's text.
 */
export function openAiCalls(message: Fields): ToolCall[] {
  const calls = message.objects("tool_calls", "openai.ToolCall", LIMITS.toolCalls) ?? [];
  return calls.map((call) => {
    const given = call.object("function", "struct");
    const parsed = parseArguments(given?.string("arguments") ?? "");
    if (!parsed) throw new EngineError(400, "invalid tool call arguments");
    const name = given?.string("name") ?? "";
    return { id: call.string("id") ?? "", function: { index: 0, name, arguments: parsed } };
  });
}

/** The tool of each call id; the last call of an id wins. */
export function toolNames(messages: readonly Fields[]): ReadonlyMap<string, string> {
  const calls = messages.flatMap(openAiCalls);
  return new Map(calls.map((call) => [call.id, call.function.name]));
}

/** A call in this dialect's answers. */
export function renderCall(call: ToolCall) {
  const { index, name, arguments: given } = call.function;
  const fn = { name, arguments: JSON.stringify(given) };
  return { id: call.id, index, type: "function", function: fn };
}
