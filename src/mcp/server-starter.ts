import type { McpServerEntry } from "../../config/mcp.ts";
import { ServiceError } from "../errors/service-error.ts";
import type { Deadlines } from "../runtime/deadlines.ts";
import { LightSignal } from "../runtime/light-signal.ts";
import type { ConnectMcp, McpConnection, ToolList } from "./mcp-connection.ts";
import { McpFault } from "./mcp-fault.ts";
import { named } from "./server-calls.ts";
import type { ServerFailures } from "./server-failures.ts";
import type { ServerLog } from "./server-log.ts";
import type { PlacedServer, ServerPlaces } from "./server-places.ts";

/** What servers are started with. */
export interface StarterParts {
  connect: ConnectMcp;
  version: string;
  deadlines: Deadlines;
  places: ServerPlaces;
  failures: ServerFailures;
  log: ServerLog;
  /** Told of a server's tools, each time they are read. */
  onTools: (entry: McpServerEntry, list: ToolList) => void;
}

interface ServerStarterOptions extends StarterParts {
  server: PlacedServer & { readonly entry: McpServerEntry };
  /** Told at once when it runs. @param leave gives back its place. */
  onUp: (connection: McpConnection, leave: () => void) => void;
}

/** Starts a server: not too soon after it has failed, in a place of its own, and in time. */
export class ServerStarter {
  readonly #options: ServerStarterOptions;

  constructor(options: ServerStarterOptions) {
    this.#options = options;
  }

  /**
   * Starts the server, unless it has failed too lately.
   * @param left aborts when nobody waits for it any more.
   * @param stop calls it off, whoever waits.
   * @throws ServiceError `mcp_unavailable`; the reason of `left`.
   */
  async start(left: LightSignal, stop: LightSignal): Promise<McpConnection> {
    const { server, failures, places, log, onTools, onUp } = this.#options;
    const { entry, tenant } = server;
    const pauseMs = failures.pauseMs(entry, tenant);
    if (pauseMs > 0) {
      const retryAfterSec = Math.ceil(pauseMs / 1000);
      const last = failures.last(entry.name, [tenant]);
      const why = `${last?.message ?? "has failed"}; it is started again in ${retryAfterSec} s at the earliest`;
      throw this.#unavailable(why, { retryAfterSec });
    }
    const leave = await places.take(server, left);
    const startedAt = performance.now();
    try {
      const connection = await this.#connect([left, stop]);
      failures.started(entry, tenant);
      log.up(server, connection, performance.now() - startedAt);
      onTools(entry, connection.list);
      onUp(connection, leave);
      return connection;
    } catch (err) {
      leave();
      // Its last waiter has left: that says nothing of the server.
      left.throwIfAborted();
      const fault = err instanceof McpFault ? err : new McpFault("cannot be started", err);
      if (stop.aborted) throw this.#unavailable(fault.message, {});
      failures.add(entry, tenant, fault.message);
      log.notUp(server, fault);
      throw this.#unavailable(fault.message, { cause: fault });
    }
  }

  async #connect(callOffs: LightSignal[]): Promise<McpConnection> {
    const { server, connect, version, deadlines, log, onTools } = this.#options;
    const { entry } = server;
    const words = log.words(server);
    const limit = new LightSignal();
    const unfollow = callOffs.map((one) => limit.follow(one));
    const isOver = deadlines.after(entry.startTimeoutMs, () =>
      limit.abort(new McpFault(`was not ready within ${entry.startTimeoutMs / 1000} s`)),
    );
    try {
      return await connect(
        {
          entry,
          version,
          deadlines,
          onStderr: (piece) => words.add(piece),
          onOddity: (err) => log.odd(server, err),
          onTools: (list) => onTools(entry, list),
        },
        limit,
      );
    } finally {
      isOver();
      for (const undo of unfollow) undo();
    }
  }

  #unavailable(why: string, details: { retryAfterSec?: number; cause?: unknown }): ServiceError {
    return new ServiceError(
      "mcp_unavailable",
      `${named(this.#options.server.entry)} ${why}`,
      details,
    );
  }
}
