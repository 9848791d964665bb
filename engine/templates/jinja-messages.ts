import { merged } from "./fixed-layouts.ts";
import type { Turn } from "./turn.ts";

/** A conversation in the form that templates of the Hugging Face hub expect. */
export function jinjaMessages(turns: readonly Turn[]): Record<string, unknown>[] {
  return merged(turns).map(({ role, content, toolCalls, toolName, toolCallId }) => ({
    role,
    content,
    ...(toolCalls?.length && { tool_calls: toolCalls.map(jinjaCall) }),
    ...(toolName && { name: toolName }),
    ...(toolCallId && { tool_call_id: toolCallId }),
  }));
}

function jinjaCall(call: NonNullable<Turn["toolCalls"]>[number]) {
  const { name, arguments: given } = call.function;
  return { type: "function", id: call.id, function: { name, arguments: given } };
}
