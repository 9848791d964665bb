import type { Signal } from "../runtime/light-signal.ts";
import type { McpServer } from "./mcp-server.ts";
import type { McpOutcome, McpTool, McpToolBox } from "./mcp-tools.ts";

interface OpenToolBoxOptions {
  /** Held already. */
  servers: readonly McpServer[];
  /** For whom calls take their turns. */
  tenant: string;
}

/** The tools of the servers that somebody holds. */
export class OpenToolBox implements McpToolBox {
  readonly #options: OpenToolBoxOptions;
  readonly #servers: ReadonlyMap<string, McpServer>;
  /** Of servers that have ended by themselves: they are started again with the next call. */
  readonly #lastTools = new Map<McpServer, readonly McpTool[]>();
  #closing: Promise<void> | undefined;

  constructor(options: OpenToolBoxOptions) {
    this.#options = options;
    this.#servers = new Map(options.servers.map((server) => [server.entry.name, server]));
  }

  /** As the servers tell them now. */
  get tools(): readonly McpTool[] {
    return this.#options.servers.flatMap((server) => {
      const tools = server.list?.tools ?? this.#lastTools.get(server) ?? [];
      this.#lastTools.set(server, tools);
      return tools;
    });
  }

  async call(
    { server: name, name: tool }: McpTool,
    args: Readonly<Record<string, unknown>>,
    signal: Signal,
  ): Promise<McpOutcome> {
    signal.throwIfAborted();
    const server = this.#servers.get(name);
    if (!server || this.#closing) {
      return { text: `The tool ${tool} cannot be called any more.`, isError: true, cutBytes: 0 };
    }
    return server.call({ tool, args, tenant: this.#options.tenant, signal });
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await Promise.all(this.#options.servers.map((server) => server.release()));
  }
}
