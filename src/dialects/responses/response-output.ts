import type { OllamaAnswer } from "../../inference/answers.ts";
import { openaiLogprobs } from "../logprobs.ts";
import { fromOllamaCalls, type ToolCall } from "../messages.ts";
import { textOf } from "../../inference/answer-text.ts";
import {
  itemId,
  type FunctionCallItem,
  type ItemStatus,
  type McpItem,
  type MessageItem,
  type OutputItem,
  type ReasoningItem,
  type SaidItem,
} from "./output-items.ts";

/** An event of a stream, still without its number. */
export interface ResponseEvent {
  type: string;
  [field: string]: unknown;
}

/** Puts Ollama's lines together to the items of a response, and tells what a stream says of it. */
export class ResponseOutput {
  readonly items: OutputItem[] = [];
  readonly #responseId: string;
  /** Text of which more may come. */
  #open: MessageItem | ReasoningItem | undefined;

  constructor(responseId: string) {
    this.#responseId = responseId;
  }

  /** Takes a line in, or a whole answer. */
  add(line: OllamaAnswer): ResponseEvent[] {
    const events: ResponseEvent[] = [];
    const thought = thinkingOf(line);
    if (thought !== "") this.#think(thought, events);
    const text = textOf(line);
    if (text !== "") this.#say(text, line, events);
    for (const call of fromOllamaCalls(line["message"]) ?? []) this.#call(call, events);
    return events;
  }

  /** Adds a call of a function that its client runs. */
  addCall(call: ToolCall): ResponseEvent[] {
    const events: ResponseEvent[] = [];
    this.#call(call, events);
    return events;
  }

  /** Ends what is said, of which no more comes. */
  close(): ResponseEvent[] {
    const events: ResponseEvent[] = [];
    this.#close("completed", events);
    return events;
  }

  /** Begins an item of the service's own, which is changed in place until `done`. */
  begin<T extends McpItem>(
    type: T["type"],
    fields: Omit<T, "id" | "type">,
  ): { item: T; events: ResponseEvent[] } {
    const events: ResponseEvent[] = [];
    const id = itemId(this.#responseId, type, this.items.length);
    const item = { id, type, ...fields } as T;
    this.#begin(item, events);
    return { item, events };
  }

  /** Where an item of the service's own stands in the response. */
  placeOf(item: McpItem): { item_id: string; output_index: number } {
    return { item_id: item.id, output_index: this.items.indexOf(item) };
  }

  /** Ends such an item, as it is now. */
  done(item: McpItem): ResponseEvent {
    const output_index = this.items.indexOf(item);
    return { type: "response.output_item.done", output_index, item: structuredClone(item) };
  }

  /** Ends what is open. A model that has done nothing at all has said nothing. */
  end(status: ItemStatus): ResponseEvent[] {
    const events: ResponseEvent[] = [];
    if (this.items.length === 0) this.#openMessage(events);
    this.#close(status, events);
    return events;
  }

  #think(delta: string, events: ResponseEvent[]): void {
    const item = this.#open?.type === "reasoning" ? this.#open : this.#openReasoning(events);
    const [part] = item.summary;
    if (part) part.text += delta;
    events.push({ type: "response.reasoning_summary_text.delta", ...this.#at(item), delta });
  }

  #say(delta: string, line: OllamaAnswer, events: ResponseEvent[]): void {
    const item = this.#open?.type === "message" ? this.#open : this.#openMessage(events);
    const logprobs = openaiLogprobs(line)?.content ?? [];
    const [part] = item.content;
    if (part) {
      part.text += delta;
      part.logprobs.push(...logprobs);
    }
    events.push({ type: "response.output_text.delta", ...this.#at(item), delta, logprobs });
  }

  #openReasoning(events: ResponseEvent[]): ReasoningItem {
    const item: ReasoningItem = { ...this.#begun("reasoning"), summary: [] };
    this.#begin(item, events);
    const part = { type: "summary_text" as const, text: "" };
    events.push({ type: "response.reasoning_summary_part.added", ...this.#at(item), part });
    item.summary.push({ ...part });
    this.#open = item;
    return item;
  }

  #openMessage(events: ResponseEvent[]): MessageItem {
    const item: MessageItem = { ...this.#begun("message"), role: "assistant", content: [] };
    this.#begin(item, events);
    const part = { type: "output_text" as const, text: "", annotations: [], logprobs: [] };
    events.push({ type: "response.content_part.added", ...this.#at(item), part });
    item.content.push({ ...part, logprobs: [] });
    this.#open = item;
    return item;
  }

  #call(call: ToolCall, events: ResponseEvent[]): void {
    // Only functions are offered.
    if (call.type !== "function") return;
    this.#close("completed", events);
    const { name, arguments: text } = call.function;
    const item: FunctionCallItem = {
      ...this.#begun("function_call"),
      call_id: call.id,
      name,
      arguments: "",
    };
    this.#begin(item, events);
    item.arguments = text;
    const at = this.#at(item);
    events.push(
      { type: "response.function_call_arguments.delta", ...at, delta: text },
      { type: "response.function_call_arguments.done", ...at, name, arguments: text },
    );
    this.#end(item, "completed", events);
  }

  #begun<T extends SaidItem["type"]>(type: T) {
    const id = itemId(this.#responseId, type, this.items.length);
    return { id, type, status: "in_progress" as const };
  }

  #begin(item: OutputItem, events: ResponseEvent[]): void {
    if (item.type !== "function_call") this.#close("completed", events);
    const output_index = this.items.length;
    this.items.push(item);
    // As it is now: it grows.
    events.push({ type: "response.output_item.added", output_index, item: structuredClone(item) });
  }

  #close(status: ItemStatus, events: ResponseEvent[]): void {
    const item = this.#open;
    if (!item) return;
    this.#open = undefined;
    const at = this.#at(item);
    const [part] = item.type === "message" ? item.content : item.summary;
    const { text = "" } = part ?? {};
    if (item.type === "message") {
      const { logprobs } = item.content[0] ?? {};
      events.push(
        { type: "response.output_text.done", ...at, text, logprobs },
        { type: "response.content_part.done", ...at, part },
      );
    } else {
      events.push(
        { type: "response.reasoning_summary_text.done", ...at, text },
        { type: "response.reasoning_summary_part.done", ...at, part },
      );
    }
    this.#end(item, status, events);
  }

  #end(item: SaidItem, status: ItemStatus, events: ResponseEvent[]): void {
    item.status = status;
    events.push({
      type: "response.output_item.done",
      output_index: this.items.indexOf(item),
      item,
    });
  }

  /** Where an event belongs. */
  #at(item: SaidItem) {
    const at = { item_id: item.id, output_index: this.items.length - 1 };
    if (item.type === "message") return { ...at, content_index: 0 };
    return item.type === "reasoning" ? { ...at, summary_index: 0 } : at;
  }
}

function thinkingOf({ message }: OllamaAnswer): string {
  const hasOne = typeof message === "object" && message !== null && "thinking" in message;
  return hasOne && typeof message.thinking === "string" ? message.thinking : "";
}
