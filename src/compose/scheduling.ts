import type { ChosenProfile } from "../../config/profiles.ts";
import type { Settings } from "../../config/schema.ts";
import { ModelCatalog } from "../models/catalog.ts";
import { ENGINE_TEXT_MODEL } from "../models/provision.ts";
import { LoadedModels } from "../models/loaded-models.ts";
import type { Transport } from "../http/transport.ts";
import { Admission } from "../scheduling/admission.ts";
import { FairQueue } from "../scheduling/fair-queue.ts";
import { ModelFloor } from "../scheduling/model-floor.ts";
import { PlaceWatch } from "../scheduling/place-watch.ts";
import type { LogFiles } from "../logs/service-log.ts";
import { UpstreamClient } from "../hosts/client.ts";
import { loadModel } from "../models/load-model.ts";
import type { Upstream } from "../hosts/upstream.ts";
import { poolLimits } from "./limits.ts";

interface SchedulingParts {
  settings: Settings;
  profile: ChosenProfile;
  upstream: Upstream;
  transport: Transport;
  logs: Pick<LogFiles, "service">;
}

/** Who may go to the inference server, and with which models. */
export interface Scheduling {
  client: UpstreamClient;
  catalog: ModelCatalog;
  loadedModels: LoadedModels;
  queue: FairQueue;
  admission: Admission;
}

/** Builds the queue and what it decides by. */
export function composeScheduling(parts: SchedulingParts): Scheduling {
  const { settings, profile, upstream, transport } = parts;
  const client = new UpstreamClient(() => upstream.origin);
  const catalog = new ModelCatalog({
    list: () => client.installed(),
    show: (model) => client.show(model),
    preferred: [settings.defaultTextModel ?? profile.profile.text_model, ENGINE_TEXT_MODEL],
    preferredVision: [settings.defaultVisionModel ?? profile.profile.vlm_model],
    embedding: profile.profile.embedding_model,
    allowed: settings.allowedModels,
  });
  const loadedModels = new LoadedModels({
    listLoaded: async () => (await client.loaded()).map((model) => model.name),
    isInstalled: (model) => catalog.isInstalled(model),
    load: (model, hints) => loadModel({ transport, origin: upstream.origin }, model, hints),
    capacity: () => upstream.capacity,
    onChange: () => queue.wake(),
  });
  const queue = new FairQueue({
    host: upstream,
    lines: poolLimits(settings),
    modelParallel: () => settings.upstreamParallel ?? upstream.parallel,
    floor: new ModelFloor({ models: loadedModels, patienceMs: settings.modelPatienceMs }),
    watch: new PlaceWatch({
      onFault: ({ label, history }) =>
        parts.logs.service.error({ ...label, history }, "a place was held by nobody"),
    }),
  });
  const admission = new Admission({ queue, catalog, loadedModels });
  return { client, catalog, loadedModels, queue, admission };
}
