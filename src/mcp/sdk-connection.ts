import {
  type CallToolResult,
  Client,
  ProtocolError,
  SdkError,
  SdkErrorCode,
  SdkHttpError,
} from "@modelcontextprotocol/client";
import { getDefaultEnvironment } from "@modelcontextprotocol/client/stdio";
import type { McpServerEntry } from "../../config/mcp.ts";
import { awakeTimeout } from "../runtime/awake-timeout.ts";
import { LightSignal, type Signal } from "../runtime/light-signal.ts";
import { unlessAborted } from "../runtime/unless-aborted.ts";
import { HttpTransport } from "./http-transport.ts";
import {
  CallFailed,
  type ConnectMcp,
  type McpConnection,
  type ToolList,
} from "./mcp-connection.ts";
import { McpFault } from "./mcp-fault.ts";
import { StdioTransport } from "./stdio-transport.ts";
import { ToolListReader } from "./tool-list-reader.ts";

/** The protocol library's own limits do not count: each wait here has one of ours. */
const NO_LIMIT_MS = 2 ** 31 - 1;

/** Speaks with servers by the protocol library, which is loaded with this file and by nothing else. */
export const connectBySdk: ConnectMcp = async (options, signal) => {
  const { entry, version, onStderr, onOddity, onTools, deadlines } = options;
  const transport = transportOf(entry, onStderr);
  // No capabilities: what a server asks of us (sampling, elicitation, roots) is refused.
  const client = new Client({ name: "shared-ollama-service", version }, { capabilities: {} });
  // oxlint-disable-next-line unicorn/prefer-add-event-listener -- it is no event target
  client.onerror = onOddity;
  const closed = new Promise<McpFault | undefined>((resolve) => {
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- it is no event target
    client.onclose = () => resolve(transport.fault);
  });
  const reader = new ToolListReader({ entry, client, deadlines, onTools, onOddity });
  try {
    const limits = { signal: signal.native, timeout: NO_LIMIT_MS };
    await unlessAborted(client.connect(transport, limits), signal);
    await unlessAborted(reader.read(signal), signal);
    reader.follow();
    return new SdkConnection({ client, transport, closed, reader });
  } catch (err) {
    reader.stop();
    await transport.close();
    signal.throwIfAborted();
    throw transport.fault ?? startFault(err);
  }
};

interface Parts {
  client: Client;
  transport: StdioTransport | HttpTransport;
  closed: Promise<McpFault | undefined>;
  reader: ToolListReader;
}

class SdkConnection implements McpConnection {
  readonly closed: Promise<McpFault | undefined>;
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.closed = parts.closed;
    void parts.closed.then(() => parts.reader.stop());
  }

  get pid(): number | undefined {
    const { transport } = this.#parts;
    return transport instanceof StdioTransport ? transport.pid : undefined;
  }

  get list(): ToolList {
    return this.#parts.reader.last;
  }

  async call(
    tool: string,
    args: Readonly<Record<string, unknown>>,
    { timeoutMs, signal }: { timeoutMs: number; signal: Signal },
  ): Promise<CallToolResult> {
    signal.throwIfAborted();
    const limit = new LightSignal();
    const unfollow = limit.follow(signal);
    const late = new CallFailed("timeout", `did not answer within ${timeoutMs / 1000} s`);
    const isOver = awakeTimeout(timeoutMs, () => limit.abort(late), { isUnref: true });
    try {
      // Not `callTool`: it holds answers to the server's own output schema, which is no matter of ours.
      return await this.#parts.client.request(
        { method: "tools/call", params: { name: tool, arguments: { ...args } } },
        { signal: limit.native, timeout: NO_LIMIT_MS },
      );
    } catch (err) {
      limit.throwIfAborted();
      throw this.#failure(err);
    } finally {
      isOver();
      unfollow();
    }
  }

  async answers(withinMs: number): Promise<boolean> {
    try {
      await this.#parts.client.ping({ timeout: withinMs });
      return true;
    } catch (err) {
      // That it knows no ping is an answer, too.
      return err instanceof ProtocolError;
    }
  }

  async close(): Promise<void> {
    const { reader, client, transport } = this.#parts;
    reader.stop();
    await client.close().catch(() => {});
    // The client has none any more when the server ended by itself.
    await transport.close();
  }

  #failure(err: unknown): CallFailed {
    const { transport } = this.#parts;
    if (transport.fault) return new CallFailed("lost", transport.fault.message, err);
    if (err instanceof ProtocolError) return new CallFailed("protocol", err.message, err);
    if (err instanceof SdkError && err.code === SdkErrorCode.InvalidResult) {
      return new CallFailed("other", "sent an answer that is none to a call of a tool", err);
    }
    const fault = startFault(err);
    return new CallFailed(isOfOneCall(err) ? "other" : "lost", fault.message, err);
  }
}

function transportOf({ launch }: McpServerEntry, onStderr: (piece: string) => void) {
  if (launch.kind === "http") return new HttpTransport(launch);
  const { command, args, env, cwd } = launch;
  return new StdioTransport({
    command,
    args,
    env: { ...getDefaultEnvironment(), ...env },
    cwd,
    onStderr,
  });
}

/** An HTTP server that is overloaded, or has a fault, may still know the session. */
function isOfOneCall(err: unknown): boolean {
  return err instanceof SdkHttpError && (err.status === 429 || (err.status ?? 0) >= 500);
}

/** Why a server cannot be spoken with, in words that quote nothing of it. */
function startFault(err: unknown): McpFault {
  if (err instanceof McpFault) return err;
  if (err instanceof SdkHttpError) {
    return new McpFault(`answered with HTTP ${err.status ?? "of no status"}`, err);
  }
  if (err instanceof ProtocolError) {
    return new McpFault(`answered with the error ${err.code} of JSON-RPC`, err);
  }
  if (err instanceof SdkError && err.code === SdkErrorCode.ConnectionClosed) {
    return new McpFault("has ended", err);
  }
  if (err instanceof SdkError) return new McpFault("does not speak the protocol", err);
  const code = codeOf(err);
  if (code !== undefined) return new McpFault(`cannot be reached (${code})`, err);
  return new McpFault("does not speak the protocol", err);
}

/** The system's word for what is wrong, wherever a runtime puts it. */
function codeOf(err: unknown): string | undefined {
  for (let at = err, depth = 0; at instanceof Error && depth < 4; at = at.cause, depth += 1) {
    const { code } = at as { code?: unknown };
    if (typeof code === "string" && /^[A-Za-z_]{2,40}$/.test(code)) return code;
  }
  return undefined;
}
