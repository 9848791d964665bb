import type { Puller } from "./models/pull.ts";
import type { StoredModel, ModelStore } from "./models/store.ts";
import type { ModelRunner } from "./runner/model-runner.ts";
import type { ModelTemplates } from "./templates/model-templates.ts";
import type { Residency, Wanted } from "./runner/residency.ts";

/** What is loaded when a request needs a model. */
export type WantedModel = Wanted & { readonly model: StoredModel };

/** The long-lived parts that routes work with. */
export type Services = {
  readonly store: ModelStore;
  readonly puller: Puller;
  readonly templates: ModelTemplates;
  readonly residency: Residency<ModelRunner, WantedModel>;
  /** `num_ctx` of a request that names none. */
  readonly contextLength: number;
};
