import { HomeLock } from "../runtime/home-lock.ts";
import type { ModelProvision } from "../models/provision/model-provision.ts";
import { Lifecycle, type Part } from "../runtime/lifecycle.ts";
import type { LiveRuns } from "../agents/live-runs.ts";
import type { Agents } from "./agents.ts";
import type { Base } from "./base.ts";
import type { ResponseCaching } from "./cache.ts";
import type { FrontDoor } from "./front-door.ts";
import type { Inference } from "./inference.ts";
import type { Mcp } from "./mcp.ts";
import type { Memory } from "./memory.ts";
import type { Metrics } from "./metrics.ts";
import type { ModelManagement } from "./model-management.ts";
import { requestStorePart } from "./request-store.ts";
import type { Requests } from "./requests.ts";
import type { Threads } from "./threads.ts";

interface LifecycleParts {
  base: Base;
  requests: Pick<Requests, "store">;
  agents: Pick<Agents, "parts">;
  agentRuns: LiveRuns;
  threads: Threads;
  caching: ResponseCaching;
  inference: Inference;
  memory: Memory;
  management: ModelManagement;
  mcp: Mcp;
  provision: ModelProvision;
  door: FrontDoor;
  metrics: Pick<Metrics, "part">;
  /** What notices sleeps of the machine, and keeps it from them. */
  sleep: Part[];
  /** Sends traces of requests. */
  traces: Part[];
  /** Looks after config/tenants.yaml. */
  tenants: Part[];
}

/** What is started in this order, and stopped in the reverse one. */
export function composeLifecycle(parts: LifecycleParts): Lifecycle {
  const { requests, agents, agentRuns, threads, caching, inference, memory, management, mcp } =
    parts;
  const { provision, door, metrics, traces, tenants, sleep } = parts;
  const { home, logs, terminal, settings } = parts.base;
  const homeLock = new HomeLock({ home, say: terminal.say });
  return new Lifecycle(
    [
      homeLock.lock,
      { name: "logs", stop: () => logs.close() },
      metrics.part,
      ...sleep,
      // It stops when no request can end any more.
      ...requestStorePart(requests.store),
      ...agents.parts,
      ...traces,
      { name: "worker threads", stop: () => threads.pool.destroy() },
      { name: "similarity thread", stop: () => threads.similarity.destroy() },
      ...caching.parts,
      ...mcp.parts,
      { name: "upstream connections", stop: () => inference.transport.close() },
      door.door,
      homeLock.note(() => door.port, settings.apiHost),
      ...tenants,
      inference.upstream,
      ...memory.parts,
      // What goes on without a client, and what the drain has not waited for.
      { name: "runs of agents", stop: () => agentRuns.stop() },
      door.draining,
      // A download would take as long as all others are given to end.
      management.pulls,
      provision,
    ],
    {
      report: (message, err) => {
        logs.service.error({ err }, message);
        terminal.say(err instanceof Error ? `${message}: ${err.message}` : message);
      },
    },
  );
}
