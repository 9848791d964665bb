import { Counter, Histogram, Registry } from "prom-client";
import { CALL_ENDINGS, type CallEnding } from "../mcp/server-calls.ts";
import { TOOL_BUCKETS } from "./buckets.ts";
import { PREFIX } from "./names.ts";

/** The figures of calls of tools. Only the operator names servers, so each has a label of its own. */
export class McpMetrics {
  readonly registry = new Registry();
  readonly #calls = new Counter({
    name: `${PREFIX}mcp_calls_total`,
    help: "Calls of tools of MCP servers that have ended, and how",
    labelNames: ["server", "outcome"],
    registers: [this.registry],
  });
  readonly #duration = new Histogram({
    name: `${PREFIX}mcp_call_duration_seconds`,
    help: "How long calls of tools took, waiting for their turn included",
    labelNames: ["server"],
    buckets: TOOL_BUCKETS,
    registers: [this.registry],
  });

  readonly #known = new Set<string>();

  /** These servers can be called from now on: a rate needs a series before its first call. */
  know(servers: Iterable<string>): void {
    for (const server of servers) {
      // To begin a series again would lose what it has counted.
      if (this.#known.has(server)) continue;
      this.#known.add(server);
      for (const outcome of CALL_ENDINGS) this.#calls.inc({ server, outcome }, 0);
      this.#duration.zero({ server });
    }
  }

  /** A call has ended. */
  readonly called = (server: string, outcome: CallEnding, tookMs: number): void => {
    this.#calls.inc({ server, outcome });
    this.#duration.observe({ server }, tookMs / 1000);
  };
}
