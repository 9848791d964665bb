import type { Fields } from "../http/fields.ts";
import { LIMITS } from "../values/limits.ts";
import type { ToolCall } from "./tool-call.ts";

/**
 * The calls a native message carries.
 * @throws {EngineError} 400 with Go's text where a field has a wrong type.
 */
export function messageCalls(message: Fields): ToolCall[] {
  const calls = message.objects("tool_calls", "api.ToolCall", LIMITS.toolCalls) ?? [];
  return calls.map((call) => {
    const given = call.object("function", "api.ToolCallFunction");
    return {
      id: call.string("id") ?? "",
      function: {
        index: given?.integer("index") ?? 0,
        name: given?.string("name") ?? "",
        arguments: given?.map("arguments") ?? {},
      },
    };
  });
}
