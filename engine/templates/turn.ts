import type { ToolCall } from "../tools/tool-call.ts";

/** One turn of a conversation, as a template renders it. */
export type Turn = {
  readonly role: string;
  readonly content: string;
  readonly toolCalls?: readonly ToolCall[] | undefined;
  /** The tool whose result a turn of role `tool` is. */
  readonly toolName?: string | undefined;
  readonly toolCallId?: string | undefined;
};
