import type { Upstream } from "../hosts/upstream.ts";
import { canonicalModel } from "../models/model-name.ts";
import { hasSleptSince } from "../runtime/awake-clock.ts";
import { AdaptiveParallel } from "../scheduling/adaptive-parallel.ts";
import type { FairQueue } from "../scheduling/fair-queue.ts";
import type { Base } from "./base.ts";

/** How many requests for a model are let through to the inference server side by side. */
export interface ModelParallel {
  of(model: string): number;
  /** What it is for the model of which it is the most. */
  readonly most: number;
  /** The models of which that is more than the server is known to take. */
  readonly raised: Record<string, number>;
}

/** Builds it: as the operator says, else as the server was started, else as it is found out. */
export function composeParallel(
  { settings, events, logs }: Base,
  upstream: Upstream,
  queue: () => FairQueue,
): ModelParallel {
  const { upstreamParallel, upstreamParallelMax } = settings;
  if (upstreamParallel !== undefined) {
    return { of: () => upstreamParallel, most: upstreamParallel, raised: {} };
  }
  const adaptive = new AdaptiveParallel({
    base: () => upstream.parallel,
    max: upstreamParallelMax,
    work: (model) => queue().workOn(model),
    onChange: ({ what, ...facts }) => {
      logs.service.info(facts, `one more request side by side is ${what}`);
      queue().wake();
    },
  });
  events.on("serverUp", () => adaptive.reset());
  events.on("requestEnded", ({ model }, { call, startedAt }) => {
    const isOurs = upstream.kind !== "external";
    if (isOurs || model === undefined || call.usage === undefined) return;
    // What several requests shared was one to the server.
    if (call.isShared) return;
    // The server's durations may have a sleep of the machine in them.
    if (hasSleptSince(startedAt)) return;
    adaptive.answered(canonicalModel(model), call.usage);
  });
  return adaptive;
}
