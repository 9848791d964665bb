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

/** What a response consists of. */
export type OutputItem = MessageItem | ReasoningItem | FunctionCallItem;

/** The head of an item's id, by its type. */
const ID_HEADS = { message: "msg", reasoning: "rs", function_call: "fc" } as const;

/** The id of a response's item, which names its response and its place there. */
export function itemId(responseId: string, type: OutputItem["type"], index: number): string {
  return `${ID_HEADS[type]}_${responseId.slice("resp_".length)}_${index}`;
}

/** Whose item an id is, and which; undefined for what is no item's id. */
export function itemPlace(id: string): { responseId: string; index: number } | undefined {
  const [, hex, index] = /^(?:msg|rs|fc)_([0-9a-f]{32})_(\d{1,6})$/.exec(id) ?? [];
  return hex === undefined ? undefined : { responseId: `resp_${hex}`, index: Number(index) };
}

/** An item of a response as a part of what is asked next. */
export function asInput(item: OutputItem): InputItem {
  if (item.type !== "message") return item;
  const text = item.content.map((part) => part.text).join("");
  return { type: "message", role: "assistant", content: { text, images: [] } };
}
