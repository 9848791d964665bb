import type { McpFile, McpServerEntry } from "../../config/mcp.ts";
import { ServiceError } from "../errors/service-error.ts";
import type { Signal } from "../runtime/light-signal.ts";
import type { ToolList } from "./mcp-connection.ts";
import { McpServer, type McpServerParts } from "./mcp-server.ts";
import { OpenToolBox } from "./open-tool-box.ts";
import type { McpHolder, McpToolBox, McpToolBoxes } from "./mcp-tools.ts";
import { type ServerReport, reportOf } from "./server-report.ts";

interface McpServersOptions extends Omit<McpServerParts, "onTools"> {
  file: McpFile;
}

/**
 * The MCP servers that the operator names: those that run, for whom they run, and what is known of the
 * others.
 */
export class McpServers implements McpToolBoxes {
  readonly #options: McpServersOptions;
  #entries: McpFile["servers"];
  /** By name and holder; those that neither run nor are held are not in it. */
  readonly #servers = new Map<string, McpServer>();
  /** Such as the operator does not want any more, until they have ended. */
  readonly #retired = new Set<McpServer>();
  /** What servers have last said of their tools. */
  readonly #lists = new Map<string, ToolList>();
  #isStopping = false;

  constructor(options: McpServersOptions) {
    this.#options = options;
    this.#entries = options.file.servers;
  }

  /** Calls under way, with those that wait for their turn. */
  get calls(): number {
    return this.#sum((server) => server.calls);
  }

  /** Servers that a run holds, or that are being started. */
  get held(): number {
    return this.#sum((server) => (server.isHeld || server.state === "starting" ? 1 : 0));
  }

  /** How many run of each. */
  get running(): [server: string, running: number][] {
    const all = this.#all();
    return [...this.#entries.keys()].map((name) => [
      name,
      all.filter(({ entry, state }) => entry.name === name && state === "ready").length,
    ]);
  }

  /** Whether the operator names it. */
  knows(server: string): boolean {
    return this.#entries.has(server);
  }

  async open(servers: readonly string[], holder: McpHolder, signal: Signal): Promise<McpToolBox> {
    const entries = [...new Set(servers)].map((name) => this.#entryOf(name));
    const held = entries.map((entry) => this.#hold(entry, holder));
    const box = new OpenToolBox({ servers: held, tenant: holder.tenant });
    try {
      // All of them, so that none is still being started when this has settled.
      const started = await Promise.allSettled(held.map((server) => server.ready(signal)));
      for (const one of started) if (one.status === "rejected") throw one.reason;
      return box;
    } catch (err) {
      await box.close();
      signal.throwIfAborted();
      throw err;
    }
  }

  /**
   * What is known of each server.
   * @param tenant whose servers count, beside those of everybody; undefined: all.
   */
  report(tenant: string | undefined): ServerReport[] {
    const mine = this.#all().filter(
      (server) => tenant === undefined || server.tenant === undefined || server.tenant === tenant,
    );
    return [...this.#entries.values()].map((entry) =>
      reportOf({
        entry,
        servers: mine.filter((server) => server.entry === entry),
        failure: this.#options.failures.last(
          entry.name,
          tenant === undefined ? "all" : [undefined, tenant],
        ),
        list: this.#lists.get(entry.name),
      }),
    );
  }

  /** Starts each server that does not run, to know its tools and whether it comes up. */
  async startAll(holder: McpHolder, signal: Signal): Promise<void> {
    const tries = [...this.#entries.keys()].map(async (name) => {
      const box = await this.open([name], holder, signal);
      await box.close();
    });
    // What is wrong with one is in its report.
    await Promise.allSettled(tries);
    signal.throwIfAborted();
  }

  /** Takes over what the operator has changed. Servers that are not the same any more end once idle. */
  replace({ servers }: McpFile): void {
    const before = this.#entries;
    const kept = [...servers].map(([name, entry]) => {
      const old = before.get(name);
      return [name, old && isSame(old, entry) ? old : entry] as const;
    });
    this.#entries = new Map(kept);
    for (const [name, entry] of before) {
      if (this.#entries.get(name) === entry) continue;
      this.#options.failures.forget(name);
      this.#lists.delete(name);
      for (const [key, server] of [...this.#servers]) {
        if (server.entry !== entry) continue;
        this.#servers.delete(key);
        this.#retired.add(server);
        server.retire();
      }
    }
  }

  /** Ends all servers; none is started any more. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await Promise.all(this.#all().map((server) => server.end()));
  }

  #entryOf(name: string): McpServerEntry {
    if (this.#isStopping) throw new ServiceError("shutting_down", "The service is stopping");
    const entry = this.#entries.get(name);
    if (entry) return entry;
    const known = [...this.#entries.keys()].join(", ") || "none";
    throw new ServiceError(
      "invalid_request",
      `There is no MCP server ${JSON.stringify(name.slice(0, 64))}; config/mcp.yaml names: ${known}`,
      { param: "mcp" },
    );
  }

  #hold(entry: McpServerEntry, holder: McpHolder): McpServer {
    const tenant = entry.scope === "shared" ? undefined : holder.tenant;
    const whose = [entry.name, tenant ?? "", entry.scope === "run" ? holder.run : ""];
    // Neither names of servers nor of tenants nor of runs have the character between them.
    const key = whose.join("\0");
    let server = this.#servers.get(key);
    if (!server) {
      server = new McpServer({
        ...this.#options,
        entry,
        tenant,
        onTools: (of, list) => {
          if (this.#entries.get(of.name) === of) this.#lists.set(of.name, list);
        },
        onRest: (at) => {
          if (this.#servers.get(key) === at) this.#servers.delete(key);
          this.#retired.delete(at);
        },
      });
      this.#servers.set(key, server);
    }
    server.hold();
    return server;
  }

  #all(): McpServer[] {
    return [...this.#servers.values(), ...this.#retired];
  }

  #sum(figure: (server: McpServer) => number): number {
    return this.#all().reduce((sum, server) => sum + figure(server), 0);
  }
}

/** Both were made by the same reader, so their fields are in the same order. */
function isSame(a: McpServerEntry, b: McpServerEntry): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
