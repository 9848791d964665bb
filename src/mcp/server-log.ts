import type { McpServerEntry } from "../../config/mcp.ts";
import type { McpConnection } from "./mcp-connection.ts";
import type { McpFault } from "./mcp-fault.ts";
import { ServerWords } from "./server-words.ts";

/** What is used of the service's log. */
type Log = Record<"debug" | "info" | "warn", (fields: object, message: string) => void>;

/** A server as the log names it. */
interface LoggedServer {
  readonly entry: McpServerEntry;
  readonly tenant: string | undefined;
}

/** Tells the service's log of servers. None of it has a command, an environment or a header. */
export class ServerLog {
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  up(server: LoggedServer, { pid, list }: McpConnection, tookMs: number): void {
    const facts = { pid, tools: list.tools.length, tools_left_out: list.leftOut };
    this.#log.info(
      { ...about(server), ...facts, took_ms: Math.round(tookMs) },
      "an MCP server is up",
    );
  }

  notUp(server: LoggedServer, err: McpFault): void {
    this.#log.warn({ ...about(server), err }, "an MCP server did not come up");
  }

  /** @param fault why it has ended by itself. */
  down(server: LoggedServer, { pid }: McpConnection, fault: McpFault | undefined): void {
    const facts = { ...about(server), pid };
    if (fault) this.#log.warn({ ...facts, err: fault }, "an MCP server has failed");
    else this.#log.info(facts, "an MCP server has ended");
  }

  lost(server: LoggedServer, err: McpFault): void {
    this.#log.warn({ ...about(server), err }, "an MCP server is given up");
  }

  /** Of what harms nobody: a line that is no message, a notification that nobody waits for. */
  odd(server: LoggedServer, err: unknown): void {
    this.#log.debug({ ...about(server), err }, "something is odd about an MCP server");
  }

  /** The way of a server's error output into the log. */
  words(server: LoggedServer): ServerWords {
    return new ServerWords({
      say: (line) => this.#log.info({ ...about(server), line }, "an MCP server says"),
      leftOut: (lines) =>
        this.#log.info({ ...about(server), lines }, "an MCP server says more than is logged"),
    });
  }
}

function about({ entry: { name, scope }, tenant }: LoggedServer): object {
  return { server: name, scope, ...(tenant === undefined ? {} : { tenant }) };
}
