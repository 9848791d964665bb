import type { Signal } from "../runtime/light-signal.ts";

/** A tool of an MCP server. */
export interface McpTool {
  /** The server's name in config/mcp.yaml. */
  readonly server: string;
  readonly name: string;
  readonly description: string | undefined;
  /** A JSON schema of its arguments. */
  readonly inputSchema: Readonly<Record<string, unknown>>;
}

/** What a call of a tool has come to. */
export interface McpOutcome {
  /** Its text; of other content, a line that names what it is. */
  readonly text: string;
  /** The tool says that it failed, or it could not be called; `text` says why. */
  readonly isError: boolean;
  /** Bytes of text left out because the server's limit of output was reached; 0 without. */
  readonly cutBytes: number;
}

/** Whose servers they are: by its scope, a server is shared by all, a tenant's own, or a run's. */
export interface McpHolder {
  readonly tenant: string;
  readonly run: string;
}

/** The tools of some servers, for as long as a run needs them. */
export interface McpToolBox {
  /** In the order of the servers. */
  readonly tools: readonly McpTool[];
  /**
   * Calls a tool. What goes wrong with it or its server is an outcome, not an error.
   * @throws the signal's reason.
   */
  call(tool: McpTool, args: Readonly<Record<string, unknown>>, signal: Signal): Promise<McpOutcome>;
  /** Gives the servers back; those of the run's own end. Further calls do nothing. */
  close(): Promise<void>;
}

/** The way to the MCP servers that the operator names. */
export interface McpToolBoxes {
  /**
   * Starts or joins servers.
   * @throws ServiceError `invalid_request` for a name that is not in config/mcp.yaml; `mcp_unavailable`
   * for a server that does not come up; the signal's reason.
   */
  open(servers: readonly string[], holder: McpHolder, signal: Signal): Promise<McpToolBox>;
}
