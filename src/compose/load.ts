import type { LiveRuns } from "../agents/live-runs.ts";
import type { Embedder } from "../embeddings/embedder.ts";
import type { LineName } from "../scheduling/fair-queue.ts";
import type { Base } from "./base.ts";
import type { Inference } from "./inference.ts";
import type { Mcp } from "./mcp.ts";
import type { ModelManagement } from "./model-management.ts";
import type { Requests } from "./requests.ts";
import type { Threads } from "./threads.ts";

export interface LoadParts {
  base: Base;
  requests: Requests;
  threads: Threads;
  inference: Inference;
  embedder: Embedder;
  management: ModelManagement;
  mcp: Mcp;
  agentRuns: LiveRuns;
}

/** What is under way now, part by part. */
export function loadOf(parts: LoadParts) {
  const { base, requests, threads, inference, embedder, management, mcp, agentRuns } = parts;
  const { active, live, feed, bodies, discards, tenants } = requests;
  const underWay = (line: LineName): number => {
    const { in_progress, queued } = inference.queue.stats(line);
    return in_progress + queued;
  };
  return {
    active: active.size,
    live: live.size,
    followers: feed.size,
    bodies: bodies.bytes + bodies.waiting,
    discards: discards.size,
    text: underWay("text"),
    vision: underWay("vision"),
    tenants: tenants.text.size + tenants.vision.size,
    tasks: threads.pool.size,
    embeddings: embedder.size,
    comparisons: threads.similarity.size,
    schemaChecks: threads.schemas.size,
    pulls: management.pulls.size,
    agentRuns: agentRuns.size,
    runReaders: agentRuns.readers,
    mcpServers: mcp.servers.held,
    mcpCalls: mcp.servers.calls,
    deadlines: base.deadlines.size,
  };
}
