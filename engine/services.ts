import type { Puller } from "./models/pull.ts";
import type { StoredModel, ModelStore } from "./models/store.ts";
import type { LoadRequest, LoadedModels } from "./runner/loaded-models.ts";
import type { ModelRunner } from "./runner/model-runner.ts";
import type { ModelTemplates } from "./templates/model-templates.ts";

/** A stored model that a request needs in memory. */
export type ModelLoadRequest = LoadRequest & { readonly model: StoredModel };

/** The long-lived parts that routes work with. */
export type Services = {
  readonly store: ModelStore;
  readonly puller: Puller;
  readonly templates: ModelTemplates;
  readonly loadedModels: LoadedModels<ModelRunner, ModelLoadRequest>;
  /** `num_ctx` of a request that names none. */
  readonly contextLength: number;
};
