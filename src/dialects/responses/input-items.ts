import type { ChatMessage, ToolCall } from "../messages.ts";

/** Text, and the numbers of the images that belong to it. */
export interface Content {
  text: string;
  images: number[];
}

/** What a conversation of the Responses API is made of, as far as a model is told of it. */
export type InputItem =
  | { type: "message"; role: string; content: Content }
  | { type: "function_call"; call_id: string; name: string; arguments: string }
  | { type: "function_call_output"; call_id: string; output: Content }
  // What a model has thought is not said to it again, and what the service does is none of its business.
  | { type: "reasoning" | "mcp_list_tools" | "mcp_approval_request" | "mcp_approval_response" };

/** A message whose images are numbers. */
export interface NumberedMessage extends Omit<ChatMessage, "images"> {
  images: number[];
}

/**
 * Items as messages. Calls in a row are one message, with what was said before them: models have
 * learned that from their templates.
 */
export function toMessages(items: readonly InputItem[]): NumberedMessage[] {
  const messages: NumberedMessage[] = [];
  for (const item of items) {
    switch (item.type) {
      case "message": {
        const { text, images } = item.content;
        messages.push({ role: item.role, content: text, images });
        break;
      }
      case "function_call":
        callsIn(messages).push({
          id: item.call_id,
          type: "function",
          function: { name: item.name, arguments: item.arguments },
        });
        break;
      case "function_call_output": {
        const { text, images } = item.output;
        messages.push({ role: "tool", tool_call_id: item.call_id, content: text, images });
        break;
      }
      case "reasoning":
      case "mcp_list_tools":
      case "mcp_approval_request":
      case "mcp_approval_response":
        break;
    }
  }
  return messages;
}

/** The calls of the last message, which is the model's. */
function callsIn(messages: NumberedMessage[]): ToolCall[] {
  let last = messages.at(-1);
  if (last?.role !== "assistant") {
    last = { role: "assistant", content: "", images: [] };
    messages.push(last);
  }
  last.tool_calls ??= [];
  return last.tool_calls;
}
