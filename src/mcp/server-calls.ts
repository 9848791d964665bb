import type { McpServerEntry } from "../../config/mcp.ts";
import { ServiceError } from "../errors/service-error.ts";
import type { Deadlines } from "../runtime/deadlines.ts";
import { LightSignal, type Signal } from "../runtime/light-signal.ts";
import { Turnstile } from "../runtime/turnstile.ts";
import { CallFailed, type McpConnection } from "./mcp-connection.ts";
import type { McpOutcome } from "./mcp-tools.ts";
import { toolOutput, withinBytes } from "./tool-output.ts";

export const CALL_ENDINGS = ["completed", "tool_error", "failed", "cancelled"] as const;

/** How a call of a tool has ended. `tool_error`: the tool itself says that it has failed. */
export type CallEnding = (typeof CALL_ENDINGS)[number];

/** A call that is made. */
export interface ToolCall {
  tool: string;
  args: Readonly<Record<string, unknown>>;
  tenant: string;
  signal: Signal;
}

interface ServerCallsOptions {
  entry: McpServerEntry;
  deadlines: Deadlines;
  /** Waits for the running server. @throws ServiceError; the signal's reason. */
  ready: (signal: Signal) => Promise<McpConnection>;
  /** Told when the server has answered. */
  onAnswer: () => void;
  /** Told when it has not. */
  onFailure: (connection: McpConnection, err: CallFailed) => void;
  /** Told of what is a mistake of ours. */
  onOddity: (err: unknown) => void;
  /** Told of each call that has ended. */
  onEnd: (ending: CallEnding, tookMs: number) => void;
}

/** Calls that wait for their turn at one server, and one tenant's of these. */
const MAX_WAITING = 100;
const MAX_WAITING_OF_TENANT = 50;

/** The calls of one server's tools: in turn, bounded in time, and never an error for what goes wrong there. */
export class ServerCalls {
  readonly #options: ServerCallsOptions;
  readonly #turns: Turnstile;

  constructor(options: ServerCallsOptions) {
    this.#options = options;
    this.#turns = new Turnstile({ atOnce: options.entry.callsAtOnce });
  }

  /** Calls under way, with those that wait for their turn. */
  get size(): number {
    return this.#turns.size;
  }

  /** Calls a tool. @throws the signal's reason. */
  async call(call: ToolCall): Promise<McpOutcome> {
    const { entry, onOddity, onEnd } = this.#options;
    const startedAt = performance.now();
    let ending: CallEnding = "cancelled";
    try {
      const outcome = await this.#inTurn(call);
      ending = outcome.isError ? "tool_error" : "completed";
      return outcome;
    } catch (err) {
      call.signal.throwIfAborted();
      ending = "failed";
      if (!(err instanceof CallFailed || err instanceof ServiceError)) onOddity(err);
      const sentence = sentenceOf(entry, call.tool, err);
      return { isError: true, ...withinBytes(sentence, entry.maxOutputBytes) };
    } finally {
      onEnd(ending, performance.now() - startedAt);
    }
  }

  async #inTurn(call: ToolCall): Promise<McpOutcome> {
    const { tenant, signal } = call;
    const { entry, deadlines } = this.#options;
    this.#assertMayWait(tenant);
    const patience = new LightSignal();
    const unfollow = patience.follow(signal);
    const seconds = entry.callTimeoutMs / 1000;
    const hasTurn = deadlines.after(entry.callTimeoutMs, () =>
      patience.abort(new CallFailed("other", `had other calls to answer for ${seconds} s`)),
    );
    try {
      return await this.#turns.run({ signal: patience, tenant }, () => {
        hasTurn();
        return this.#send(call);
      });
    } finally {
      hasTurn();
      unfollow();
    }
  }

  async #send({ tool, args, signal }: ToolCall): Promise<McpOutcome> {
    const { entry, ready, onAnswer, onFailure } = this.#options;
    const connection = await ready(signal);
    try {
      const limits = { timeoutMs: entry.callTimeoutMs, signal };
      const result = await connection.call(tool, args, limits);
      onAnswer();
      return toolOutput(result, entry.maxOutputBytes);
    } catch (err) {
      if (err instanceof CallFailed) onFailure(connection, err);
      throw err;
    }
  }

  #assertMayWait(tenant: string): void {
    const { waiting } = this.#turns;
    const most =
      this.#turns.waitingOf(tenant) >= MAX_WAITING_OF_TENANT ? MAX_WAITING_OF_TENANT : MAX_WAITING;
    if (waiting >= most) throw new CallFailed("other", `has ${most} calls waiting already`);
  }
}

/** A server in a sentence. */
export function named({ name }: McpServerEntry): string {
  return `The MCP server ${JSON.stringify(name)}`;
}

function sentenceOf(entry: McpServerEntry, tool: string, err: unknown): string {
  if (err instanceof ServiceError) return `${err.message}.`;
  if (!(err instanceof CallFailed)) return `The call of ${tool} has failed.`;
  if (err.kind === "protocol") return `The call of ${tool} was refused: ${err.message}`;
  return `${named(entry)} ${err.message}.`;
}
