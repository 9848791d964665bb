import type { CallToolResult } from "@modelcontextprotocol/client";
import type { McpServerEntry } from "../../config/mcp.ts";
import type { Deadlines } from "../runtime/deadlines.ts";
import type { LightSignal, Signal } from "../runtime/light-signal.ts";
import type { McpFault } from "./mcp-fault.ts";
import type { McpTool } from "./mcp-tools.ts";

/** The tools of a server, as it has last told them. */
export interface ToolList {
  readonly tools: readonly McpTool[];
  /** Tools that are not in it: more than may be, or such as cannot be used. */
  readonly leftOut: number;
}

/** How a call has gone, where it did not go well. */
export type CallFailure = "timeout" | "protocol" | "lost" | "other";

/** A call that has brought nothing. */
export class CallFailed extends Error {
  readonly kind: CallFailure;

  constructor(kind: CallFailure, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "CallFailed";
    this.kind = kind;
  }
}

/** One running server, spoken with. */
export interface McpConnection {
  /** Of a program that was started here. */
  readonly pid: number | undefined;
  readonly list: ToolList;
  /** Settles when it can be spoken with no more: with why, or undefined when it was closed. */
  readonly closed: Promise<McpFault | undefined>;
  /** @throws CallFailed; the signal's reason. */
  call(
    tool: string,
    args: Readonly<Record<string, unknown>>,
    options: { timeoutMs: number; signal: Signal },
  ): Promise<CallToolResult>;
  /** Whether it answers at all. Never rejects. */
  answers(withinMs: number): Promise<boolean>;
  /** Ends the server, or the session with it. Settles when nothing is left. Never rejects. */
  close(): Promise<void>;
}

interface ConnectOptions {
  entry: McpServerEntry;
  version: string;
  deadlines: Deadlines;
  /** Told of each piece of a program's error output. */
  onStderr: (piece: string) => void;
  /** Told of what goes wrong beside calls. */
  onOddity: (err: Error) => void;
  /** Told when the server's tools have changed. */
  onTools: (list: ToolList) => void;
}

/**
 * Starts a server and asks for its tools.
 * @param signal calls it off.
 * @throws McpFault; the signal's reason. Nothing is left then.
 */
export type ConnectMcp = (options: ConnectOptions, signal: LightSignal) => Promise<McpConnection>;
