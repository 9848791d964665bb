import { isObject } from "../../runtime/is-object.ts";
import { parseFlatJson } from "../../runtime/parse-json.ts";
import type { InputItem } from "./input-items.ts";

export type ItemStatus = "in_progress" | "completed" | "incomplete";

interface OutputText {
  type: "output_text";
  text: string;
  annotations: never[];
  logprobs: object[];
}

export interface MessageItem {
  id: string;
  type: "message";
  status: ItemStatus;
  role: "assistant";
  content: OutputText[];
}

export interface ReasoningItem {
  id: string;
  type: "reasoning";
  status: ItemStatus;
  summary: { type: "summary_text"; text: string }[];
}

export interface FunctionCallItem {
  id: string;
  type: "function_call";
  status: ItemStatus;
  call_id: string;
  name: string;
  arguments: string;
}

/** The tools of an MCP server that an agent may use. */
export interface McpListToolsItem {
  id: string;
  type: "mcp_list_tools";
  server_label: string;
  tools: { name: string; description: string | null; input_schema: object; annotations: null }[];
  error: string | null;
}

/** A call of such a tool, which the service has made. */
export interface McpCallItem {
  id: string;
  type: "mcp_call";
  status: ItemStatus | "failed";
  server_label: string;
  name: string;
  arguments: string;
  output: string | null;
  error: string | null;
  approval_request_id: string | null;
}

/** A call that waits for a person's yes. */
export interface McpApprovalRequestItem {
  id: string;
  type: "mcp_approval_request";
  server_label: string;
  name: string;
  arguments: string;
}

/** What a model has said. */
export type SaidItem = MessageItem | ReasoningItem | FunctionCallItem;

/** What the service adds to that in an agent's run. */
export type McpItem = McpListToolsItem | McpCallItem | McpApprovalRequestItem;

/** What a response consists of. */
export type OutputItem = SaidItem | McpItem;

/** The head of an item's id, by its type. */
const ID_HEADS = {
  message: "msg",
  reasoning: "rs",
  function_call: "fc",
  mcp_list_tools: "mcpl",
  mcp_call: "mcp",
  mcp_approval_request: "mcpr",
} as const;

/** The id of a response's item, which names its response and its place there. */
export function itemId(responseId: string, type: OutputItem["type"], index: number): string {
  return `${ID_HEADS[type]}_${responseId.slice("resp_".length)}_${index}`;
}

/** Whose item an id is, and which; undefined for what is no item's id. */
export function itemPlace(id: string): { responseId: string; index: number } | undefined {
  const [, hex, index] = /^(?:msg|rs|fc|mcp[lr]?)_([0-9a-f]{32})_(\d{1,6})$/.exec(id) ?? [];
  return hex === undefined ? undefined : { responseId: `resp_${hex}`, index: Number(index) };
}

/** An item of a response as parts of what is asked next. */
export function asInput(item: OutputItem): InputItem[] {
  switch (item.type) {
    case "message": {
      const text = item.content.map((part) => part.text).join("");
      return [{ type: "message", role: "assistant", content: { text, images: [] } }];
    }
    case "mcp_call":
      return mcpCallInput(item);
    case "mcp_list_tools":
    case "mcp_approval_request":
      // The service's own business, of which no model is told.
      return [];
    case "reasoning":
    case "function_call":
      return [item];
  }
}

/** A call of an MCP tool as what a model is told of it: the call, and what came of it. */
export function mcpCallInput(
  call: Pick<McpCallItem, "id" | "name" | "arguments" | "output" | "error">,
): InputItem[] {
  const text = call.output ?? call.error ?? "";
  // What a model has written wrongly is not said to it as if it were a call.
  const args = isJsonObject(call.arguments) ? call.arguments : "{}";
  return [
    { type: "function_call", call_id: call.id, name: call.name, arguments: args },
    { type: "function_call_output", call_id: call.id, output: { text, images: [] } },
  ];
}

function isJsonObject(text: string): boolean {
  try {
    return isObject(parseFlatJson(text));
  } catch {
    return false;
  }
}
