import { type McpFile, readMcpFile } from "../../config/mcp.ts";
import { McpServers } from "../mcp/mcp-servers.ts";
import { ServerFailures } from "../mcp/server-failures.ts";
import { ServerLog } from "../mcp/server-log.ts";
import { ServerPlaces } from "../mcp/server-places.ts";
import { McpMetrics } from "../metrics/mcp-metrics.ts";
import { Deadlines } from "../runtime/deadlines.ts";
import type { Part } from "../runtime/lifecycle.ts";
import { serviceVersion } from "../runtime/paths.ts";
import { WatchedFile } from "../runtime/watched-file.ts";
import type { Base } from "./base.ts";

/** The MCP servers of the operator. */
export interface Mcp {
  servers: McpServers;
  metrics: McpMetrics;
  parts: Part[];
}

interface McpOptions {
  file: McpFile;
  /** Where `file` came from, to be read again when it changes; without it they stay. */
  path: string | undefined;
}

/** Nobody waits for what ends for idleness. */
const SWEEP_MS = 250;

/** A program that does not end is killed well before that. */
const STOP_DEADLINE_MS = 8000;

/** Builds what starts MCP servers when they are needed; until then nothing is loaded for them. */
export function composeMcp(base: Base, { file, path }: McpOptions): Mcp {
  const { settings, logs } = base;
  const metrics = new McpMetrics();
  metrics.know(file.servers.keys());
  const servers = new McpServers({
    file,
    connect: async (options, signal) => {
      // The protocol library takes memory, and time at the start.
      const { connectBySdk } = await import("../mcp/sdk-connection.ts");
      return connectBySdk(options, signal);
    },
    version: serviceVersion,
    // Not those of requests: a server that is idle is nothing that is under way.
    deadlines: new Deadlines({ sweepMs: SWEEP_MS }),
    places: new ServerPlaces({ most: settings.mcpMaxServers }),
    failures: new ServerFailures(),
    log: new ServerLog(logs.service),
    onCall: metrics.called,
  });
  const stop = (): Promise<void> => servers.stop();
  return {
    servers,
    metrics,
    parts: [
      { name: "MCP servers", stop, stopDeadlineMs: STOP_DEADLINE_MS },
      ...(path === undefined ? [] : [watchingPart(base, { servers, metrics }, path)]),
    ],
  };
}

/** Reads the servers again when their file has changed; a file with mistakes changes nothing. */
function watchingPart(
  { env, terminal, logs }: Base,
  { servers, metrics }: Pick<Mcp, "servers" | "metrics">,
  path: string,
): Part {
  const file = new WatchedFile({
    path,
    onChange: (yaml) => {
      const problems: string[] = [];
      const changed = readMcpFile({ yaml, env }, problems);
      if (problems.length > 0) {
        logs.service.error({ problems }, "config/mcp.yaml was not taken over");
        terminal.say(`The MCP servers stay as they were. ${problems.join("; ")}`);
        return;
      }
      servers.replace(changed);
      metrics.know(changed.servers.keys());
      const names = [...changed.servers.keys()].join(", ") || "none";
      terminal.say(`config/mcp.yaml was read again. MCP servers: ${names}.`);
    },
  });
  return { name: "MCP servers' file", start: () => file.start(), stop: () => file.stop() };
}
