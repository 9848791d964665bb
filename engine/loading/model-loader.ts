import { shortened } from "../errors.ts";
import type { Emit } from "../events.ts";
import { isEmbeddingOnly } from "../models/capabilities.ts";
import { CATALOGUE } from "../models/catalogue.ts";
import type { StoredModel } from "../models/store.ts";
import { coreCounts } from "../runner/cores.ts";
import { type OpenLlama, openLlama } from "../runner/llama.ts";
import { ModelRunner } from "../runner/model-runner.ts";
import type { Environment } from "../settings.ts";
import { Trials } from "../trial/trial.ts";
import type { Progress } from "../watch/progress.ts";
import { checkWeights } from "./check-weights.ts";
import { loadFailure } from "./load-failure.ts";
import type { LoadRequest } from "./loaded-models.ts";

/** llama.cpp's first errors about a model give the reason; later ones only follow from it. */
const MAX_ERROR_LINES = 64;

/** A stored model that a request needs in memory. */
export type ModelLoadRequest = LoadRequest & { readonly model: StoredModel };

type ModelLoaderOptions = {
  /** Sequences a text model decodes side by side. */
  readonly parallel: number;
  /** The environment of the processes that try a model. */
  readonly environment: Environment;
  readonly emit: Emit;
  readonly warn: (message: string) => void;
  readonly progress: Progress;
};

/** Loads models with one llama.cpp, one model at a time. */
export class ModelLoader {
  readonly #options: ModelLoaderOptions;
  readonly #trials: Trials;
  /** llama.cpp's errors about the model that is being loaded. */
  readonly #errorLines: string[] = [];
  #llama: Promise<OpenLlama> | undefined;

  constructor(options: ModelLoaderOptions) {
    this.#options = options;
    const known = CATALOGUE.map(({ weights }) => weights.digest);
    this.#trials = new Trials({ known, environment: options.environment });
  }

  /** Opens llama.cpp ahead of the first load, which does so otherwise. */
  open(): Promise<OpenLlama> {
    this.#llama ??= this.#open().catch((err: unknown) => {
      this.#llama = undefined;
      throw err;
    });
    return this.#llama;
  }

  /** @throws {EngineError} 500 when the model cannot be loaded, or does not fit into memory. */
  async load({ model, contextLength }: ModelLoadRequest): Promise<ModelRunner> {
    const { weightsPath, weightsDigest } = model;
    const embeddingOnly = isEmbeddingOnly(model);
    await checkWeights(weightsPath);
    await this.#trials.pass({ weightsPath, weightsDigest, embeddingOnly });
    const opened = await this.open();
    this.#errorLines.length = 0;
    const sequences = this.#options.parallel;
    const options = { weightsPath, contextLength, sequences, embeddingOnly };
    return ModelRunner.load(opened, options).catch((err: unknown) => {
      throw loadFailure(err, this.#errorLines);
    });
  }

  async #open(): Promise<OpenLlama> {
    const { emit, warn, progress } = this.#options;
    const startedAt = performance.now();
    const onError = (text: string) => {
      const line = shortened(text);
      if (this.#errorLines.length < MAX_ERROR_LINES) this.#errorLines.push(line);
      warn(line);
    };
    const opened = await openLlama(coreCounts(), onError, progress);
    emit("llama_opened", { duration_ms: Math.round(performance.now() - startedAt) });
    return opened;
  }
}
