import type { LoadedModels } from "./loading/loaded-models.ts";
import type { ModelLoadRequest } from "./loading/model-loader.ts";
import type { Puller } from "./models/pull/puller.ts";
import type { ModelStore } from "./models/store.ts";
import type { ModelRunner } from "./runner/model-runner.ts";
import type { ModelTemplates } from "./templates/model-templates.ts";

/** The long-lived parts that routes work with. */
export type Services = {
  readonly store: ModelStore;
  readonly puller: Puller;
  readonly templates: ModelTemplates;
  readonly loadedModels: LoadedModels<ModelRunner, ModelLoadRequest>;
  /** `num_ctx` of a request that names none. */
  readonly contextLength: number;
};

/** What every route gets. */
export type RouteContext = {
  readonly services: Services;
  /** Called with every error; an error that is no `EngineError` is a fault of the engine. */
  readonly onError: (err: unknown) => void;
};
