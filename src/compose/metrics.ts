import { Registry } from "prom-client";
import systeminformation from "systeminformation";
import type { RequestSource } from "../access/manage-access.ts";
import type { LiveRuns } from "../agents/live-runs.ts";
import { AgentMetrics } from "../metrics/agent-metrics.ts";
import { EventLoopLag } from "../metrics/event-loop-lag.ts";
import { Exposition } from "../metrics/exposition.ts";
import { addProcessMetrics } from "../metrics/process-metrics.ts";
import { Readings } from "../metrics/readings.ts";
import { MOST_NAMES, RequestMetrics } from "../metrics/request-metrics.ts";
import { canonicalModel } from "../models/model-name.ts";
import type { RequestStore } from "../requests/store/request-store.ts";
import type { Part } from "../runtime/lifecycle.ts";
import { onBun } from "../runtime/on-bun.ts";
import { serviceVersion } from "../runtime/paths.ts";
import type { LineName } from "../scheduling/fair-queue.ts";
import type { Base } from "./base.ts";
import type { ResponseCaching } from "./cache.ts";
import { workerThreads } from "./images.ts";
import type { Inference } from "./inference.ts";
import { lineLimits } from "./limits.ts";
import type { Mcp } from "./mcp.ts";
import type { Requests } from "./requests.ts";
import type { Threads } from "./threads.ts";

/** What `GET /metrics` shows, and to whom. */
export interface Metrics {
  exposition: Exposition;
  /** Whether a client may read it. */
  mayRead: (source: RequestSource) => boolean;
  /** What measures by itself. */
  part: Part;
}

interface MetricsParts {
  base: Base;
  requests: Requests;
  threads: Threads;
  inference: Inference;
  caching: Pick<ResponseCaching, "kept">;
  mcp: Mcp;
  agentRuns: Pick<LiveRuns, "counts">;
}

/** Builds the figures for Prometheus: of what happens, and of what is there when they are read. */
export function composeMetrics(parts: MetricsParts): Metrics {
  const { base, requests, threads, inference, caching, mcp, agentRuns } = parts;
  const { settings, events } = base;
  const registry = new Registry();
  const readings = new Readings(registry);
  addServer(readings, base, inference);
  const counted = new RequestMetrics();
  events.on("requestEnded", counted.ended);
  events.on("modelLoaded", counted.loaded);
  events.on("modelUnloaded", counted.unloaded);
  addQueue(readings, parts);
  addModels(readings, inference);
  readings.gauge(
    "cache_entries",
    "Answers that the response cache keeps",
    () => caching.kept().entries,
  );
  readings.gauge("cache_bytes", "Memory that these take, estimated", () => caching.kept().bytes);
  if (requests.store) addRequestStore(readings, requests.store);
  addThreads(readings, base, threads);
  readings.gauges(
    "server",
    "mcp_servers_running",
    "MCP servers that run, by their names",
    () => mcp.servers.running,
  );
  const ofAgents = new AgentMetrics();
  events.on("runEnded", ofAgents.ended);
  readings.gauges("state", "agent_runs", "Runs of agents that have not ended", () =>
    Object.entries(agentRuns.counts),
  );
  const lag = new EventLoopLag();
  events.on("machineSlept", () => lag.forget());
  readings.gauges(
    "statistic",
    "event_loop_lag_seconds",
    "How late the main thread was, in the last 30 seconds that are over",
    () => lag.statistics(),
  );
  addMachineMemory(readings);
  addProcessMetrics(new Readings(registry, ""));
  return {
    exposition: new Exposition(() => {
      const { all, byProject } = counted.registries;
      return [[registry], [all], [mcp.metrics.registry], [ofAgents.registry], byProject];
    }),
    mayRead: (source) => settings.metricsAllowRemote || requests.manageAccess.allows(source),
    part: lag,
  };
}

function addServer(readings: Readings, { events }: Base, { upstream }: Inference): void {
  let starts = 0;
  let failures = 0;
  events.on("serverUp", () => (starts += 1));
  events.on("serverDown", () => (failures += 1));
  readings.facts("build_info", "Always 1; the labels tell which version runs on what", {
    version: serviceVersion,
    runtime: onBun ? "bun" : "node",
  });
  readings.gauge(
    "inference_server_up",
    "Whether requests can be sent to the inference server",
    () => (upstream.state === "ready" ? 1 : 0),
  );
  readings.total(
    "inference_server_restarts_total",
    "How often the inference server has come up again after it had gone",
    () => Math.max(0, starts - 1),
  );
  readings.total(
    "inference_server_failures_total",
    "How often the inference server has gone, or could not be started",
    () => failures,
  );
}

const LINES: readonly LineName[] = ["text", "vision"];

function addQueue(
  readings: Readings,
  { base, requests, inference: { queue, parallel } }: MetricsParts,
): void {
  const limits = lineLimits(base.settings);
  const byLine = (figure: (line: LineName) => number) => () =>
    LINES.map((line) => [line, figure(line)] as const);
  readings.gauge(
    "requests_in_flight",
    "Requests of all kinds that have not ended",
    () => requests.active.size,
  );
  readings.gauges(
    "line",
    "queue_length",
    "Requests that wait for a place",
    byLine((line) => queue.stats(line).queued),
  );
  readings.gauges(
    "line",
    "queue_limit",
    "Requests of interactive work that may wait",
    byLine((line) => limits[line].maxWaiting),
  );
  readings.gauges(
    "line",
    "slots_used",
    "Requests that have a place at the inference server",
    byLine((line) => queue.stats(line).in_progress),
  );
  readings.gauges(
    "line",
    "slots",
    "Places at the inference server",
    byLine((line) => limits[line].maxRunning),
  );
  readings.gauge(
    "model_slots",
    "Requests that are worked on side by side by one model, at most",
    () => parallel.most,
  );
}

function addModels(readings: Readings, { lanes, memory, upstream }: Inference): void {
  readings.total(
    "model_reloads_avoided_total",
    "Loads that Ollama would have made for the same requests by itself",
    () => lanes.reloadsAvoided,
  );
  readings.gauges(
    "model",
    "model_memory_bytes",
    "Memory of each model that is loaded, as the inference server has last listed it",
    () =>
      // A server on another machine may list any number.
      (upstream.state === "ready" ? memory.lastListed() : [])
        .slice(0, MOST_NAMES)
        .map(({ name, size }) => [canonicalModel(name), size] as const),
  );
  readings.gauge(
    "model_memory_limit_bytes",
    "Memory that models may take together",
    () => memory.view.limits.limitBytes,
  );
}

function addRequestStore(readings: Readings, store: RequestStore): void {
  readings.gauge(
    "request_store_writing",
    "Whether records of requests can be written to disk",
    () => (store.stats().state === "writing" ? 1 : 0),
  );
  readings.gauge(
    "request_records_pending",
    "Records of requests that wait to be written",
    () => store.stats().pending,
  );
  readings.total(
    "request_records_lost_total",
    "Records of requests that were not written",
    () => store.stats().lost,
  );
}

function addThreads(readings: Readings, { settings }: Base, { pool }: Threads): void {
  readings.gauge("worker_threads", "Threads for images and large bodies", () =>
    workerThreads(settings),
  );
  readings.gauges(
    "state",
    "worker_tasks",
    "Images and bodies that threads work on or wait for",
    () => [
      ["running", pool.size - pool.waiting],
      ["waiting", pool.waiting],
    ],
  );
}

function addMachineMemory(readings: Readings): void {
  const memory = systeminformation.mem;
  readings.gauge(
    "machine_memory_bytes",
    "Memory of the machine",
    async () => (await memory()).total,
  );
  readings.gauge(
    "machine_memory_available_bytes",
    "Memory of the machine that programs can still have",
    async () => (await memory()).available,
  );
}
