import { UpstreamClient } from "../hosts/client.ts";
import type { Upstream } from "../hosts/upstream.ts";
import type { Transport } from "../http/transport.ts";
import { InferencePipeline } from "../inference/pipeline.ts";
import { ModelCatalog } from "../models/catalog.ts";
import { loadModel } from "../models/load-model.ts";
import { LoadedModels } from "../models/loaded-models.ts";
import { ModelAliases } from "../models/model-aliases.ts";
import { ModelUse } from "../models/memory/model-use.ts";
import { ENGINE_TEXT_MODEL } from "../models/provision.ts";
import { Admission } from "../scheduling/admission.ts";
import { FairQueue } from "../scheduling/fair-queue.ts";
import { ModelFloor } from "../scheduling/model-floor.ts";
import { PlaceWatch } from "../scheduling/place-watch.ts";
import type { Base } from "./base.ts";
import { hardStops, lineLimits } from "./limits.ts";

/** Which requests may go to the inference server, with which models, and the way there. */
export interface Scheduling {
  client: UpstreamClient;
  catalog: ModelCatalog;
  aliases: ModelAliases;
  loadedModels: LoadedModels;
  modelUse: ModelUse;
  queue: FairQueue;
  pipeline: InferencePipeline;
}

/** Builds the queue, what it decides by, and the pipeline behind it. */
export function composeScheduling(
  base: Base,
  upstream: Upstream,
  transport: Transport,
): Scheduling {
  const { settings, logs, deadlines } = base;
  const client = new UpstreamClient(() => upstream.origin);
  const catalog = composeCatalog(base, client);
  const aliases = new ModelAliases({
    entries: base.aliases,
    isInstalled: (model) => catalog.isListed(model),
  });
  const loadedModels = new LoadedModels({
    listLoaded: async () => (await client.loaded()).map((model) => model.name),
    isInstalled: (model) => catalog.isInstalled(model),
    load: (model, hints) => loadModel({ transport, origin: upstream.origin }, model, hints),
    capacity: () => upstream.capacity,
    onChange: () => queue.wake(),
  });
  const modelUse = new ModelUse();
  const queue = new FairQueue({
    host: upstream,
    lines: lineLimits(settings),
    modelParallel: () => settings.upstreamParallel ?? upstream.parallel,
    floor: new ModelFloor({ models: loadedModels, patienceMs: settings.modelPatienceMs }),
    watch: new PlaceWatch({
      onFault: ({ label, history }) =>
        logs.service.error({ ...label, history }, "a place was held by nobody"),
    }),
  });
  const pipeline = new InferencePipeline({
    admission: new Admission({ queue, catalog, loadedModels }),
    catalog,
    loadedModels,
    modelUse,
    transport,
    deadlines,
    host: upstream,
    hardStopMs: hardStops(settings),
  });
  return { client, catalog, aliases, loadedModels, modelUse, queue, pipeline };
}

function composeCatalog({ settings, profile }: Base, client: UpstreamClient): ModelCatalog {
  const { text_model, vlm_model, embedding_model } = profile.profile;
  return new ModelCatalog({
    list: () => client.installed(),
    show: (model) => client.show(model),
    preferred: [settings.defaultTextModel ?? text_model, ENGINE_TEXT_MODEL],
    preferredVision: [settings.defaultVisionModel ?? vlm_model],
    embedding: embedding_model,
    allowed: settings.allowedModels,
    cloud: settings.allowCloudModels,
  });
}
