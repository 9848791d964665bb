import type { McpServerEntry } from "../../config/mcp.ts";
import type { ToolList } from "./mcp-connection.ts";
import type { McpServer } from "./mcp-server.ts";
import type { ServerFailure } from "./server-failures.ts";

/** How a server is. `failed`: it could not be started, or has ended by itself, and was not started since. */
export type ServerHealth = "not_started" | "starting" | "ready" | "failed";

/** What is known of a server. */
export interface ServerReport {
  readonly entry: McpServerEntry;
  readonly health: ServerHealth;
  /** Since when, in milliseconds since 1970; undefined for one that was not started. */
  readonly sinceMs: number | undefined;
  /** Why it has failed: a half-sentence whose subject is the server. */
  readonly error: string | undefined;
  readonly running: number;
  /** Calls under way. */
  readonly calls: number;
  /** Undefined where they are not known. */
  readonly list: ToolList | undefined;
}

interface ReportParts {
  entry: McpServerEntry;
  /** Those that count. */
  servers: readonly McpServer[];
  failure: ServerFailure | undefined;
  /** Its tools, as any of it has last told them. */
  list: ToolList | undefined;
}

/** Puts together what is known of a server. */
export function reportOf({ entry, servers, failure, list }: ReportParts): ServerReport {
  const ready = servers.filter(({ state }) => state === "ready");
  const starting = servers.filter(({ state }) => state === "starting");
  const facts = {
    entry,
    error: undefined,
    running: ready.length,
    calls: servers.reduce((sum, { calls }) => sum + calls, 0),
    list: ready.find((server) => server.list)?.list ?? list,
  };
  if (ready.length > 0) return { ...facts, health: "ready", sinceMs: oldest(ready) };
  if (starting.length > 0) return { ...facts, health: "starting", sinceMs: oldest(starting) };
  if (!failure) return { ...facts, health: "not_started", sinceMs: undefined };
  return { ...facts, health: "failed", sinceMs: failure.atMs, error: failure.message };
}

function oldest(servers: readonly McpServer[]): number | undefined {
  const since = servers.flatMap(({ sinceMs }) => sinceMs ?? []);
  return since.length > 0 ? Math.min(...since) : undefined;
}
