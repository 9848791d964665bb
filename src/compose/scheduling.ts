import type { Upstream } from "../hosts/upstream.ts";
import { InferencePipeline } from "../inference/pipeline.ts";
import { LoadTimes } from "../models/load-times.ts";
import type { LoadedModels } from "../models/loaded-models.ts";
import { awakeNow, hasSleptSince } from "../runtime/awake-clock.ts";
import { Admission } from "../scheduling/admission.ts";
import { CostEstimates } from "../scheduling/cost-estimates.ts";
import { FairQueue } from "../scheduling/fair-queue.ts";
import { InferenceUse } from "../scheduling/inference-use.ts";
import { ModelFloor } from "../scheduling/model-floor.ts";
import { PlaceWatch } from "../scheduling/place-watch.ts";
import { StartTimeTurns } from "../scheduling/start-time-turns.ts";
import type { Base } from "./base.ts";
import { hardStops, lineLimits } from "./limits.ts";
import { composeParallel, type ModelParallel } from "./parallel.ts";
import { composeModels, type Models, type ModelsOptions } from "./models.ts";

/** Which requests may go to the inference server, with which models, and the way there. */
export interface Scheduling extends Models {
  queue: FairQueue;
  /** How much inference each tenant had lately. */
  inferenceUse: InferenceUse;
  parallel: ModelParallel;
  pipeline: InferencePipeline;
}

/** Builds the queue, what it decides by, and the pipeline behind it. */
export function composeScheduling(base: Base, options: ModelsOptions): Scheduling {
  const { upstream, transport } = options;
  const models = composeModels(base, options, () => queue);
  const { catalog, loadedModels, modelUse, memory, stuckModels, lanes } = models;
  const parallel = composeParallel(base, upstream, () => queue);
  const queue: FairQueue = composeQueue(base, { upstream, loadedModels, parallel });
  const pipeline = new InferencePipeline({
    admission: new Admission({ queue, catalog, loadedModels }),
    catalog,
    loadedModels,
    modelUse,
    room: memory.room,
    stuckModels,
    lanes,
    transport,
    deadlines: base.deadlines,
    host: upstream,
    hardStopMs: hardStops(base.settings),
  });
  return { ...models, queue, inferenceUse: composeUse(base), parallel, pipeline };
}

function composeUse({ events }: Base): InferenceUse {
  const use = new InferenceUse();
  events.on("requestEnded", ({ kind, tenant, inferenceMs = 0 }) => {
    // A batch's items are requests of their own.
    if (kind !== "batch" && inferenceMs > 0) use.add(tenant, inferenceMs);
  });
  return use;
}

interface QueueParts {
  upstream: Upstream;
  loadedModels: LoadedModels;
  parallel: ModelParallel;
}

function composeQueue(
  { settings, logs, weights, events }: Base,
  { upstream, loadedModels, parallel }: QueueParts,
): FairQueue {
  const loadTimes = new LoadTimes();
  events.on("modelLoaded", (model, tookMs) => {
    if (!hasSleptSince(awakeNow() - tookMs)) loadTimes.learn(model, tookMs);
  });
  events.on("modelLoaded", (model) => queue.prefixes.forget(model));
  events.on("modelUnloaded", (model) => queue.prefixes.forget(model));
  events.on("serverUp", () => queue.prefixes.reset());
  const fairness = { weights, estimates: new CostEstimates() };
  const queue = new FairQueue({
    host: upstream,
    lines: lineLimits(settings),
    modelParallel: (model) => parallel.of(model),
    floor: new ModelFloor({
      models: loadedModels,
      loadTimes,
      patienceMs: settings.modelPatienceMs,
    }),
    turns: {
      interactive: new StartTimeTurns(fairness),
      background: new StartTimeTurns(fairness),
    },
    watch: new PlaceWatch({
      onFault: ({ label, history }) =>
        logs.service.error({ ...label, history }, "a place was held by nobody"),
    }),
  });
  return queue;
}
