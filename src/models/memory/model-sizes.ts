import QuickLRU from "quick-lru";
import type { InstalledModel, LoadedModel } from "../../hosts/client.ts";
import type { ModelCatalog } from "../catalog.ts";
import { ByDigest } from "../by-digest.ts";
import { canonicalModel } from "../model-name.ts";
import { readFigures, type ModelFigures } from "../model-figures.ts";
import { contextOf, estimatedBytes, type CacheFacts } from "./size-estimate.ts";

interface ModelSizesOptions {
  catalog: Pick<ModelCatalog, "find">;
  /** The server's `/api/show` of a model. @throws ServiceError. */
  show: (model: string) => Promise<Record<string, unknown>>;
  cache: () => CacheFacts;
  /** OLLAMA_CONTEXT_LENGTH of the server, where it is known. */
  usualContext: number | undefined;
}

/** What a model takes, or will take, with a context. */
export interface ModelNeed {
  bytes: number;
  /** Tokens. */
  context: number;
  /** It was loaded so before; else the figure is an upper bound. */
  isLearnt: boolean;
}

/** What was seen of a model in memory, by its context. */
interface Learnt {
  /** Another model under the same name has other sizes. */
  digest: string;
  byContext: Map<number, number>;
}

/** Names have at most 512 characters, and of what is shown at most 500 numbers are kept: 4 MB in all. */
const MAX_MODELS = 200;
const MAX_CONTEXTS = 16;

/**
 * How much memory models take: as the server has shown it per model and context, else worked out
 * from their files. Names are canonical; sizes in bytes.
 */
export class ModelSizes {
  readonly #options: ModelSizesOptions;
  readonly #learnt = new QuickLRU<string, Learnt>({ maxSize: MAX_MODELS });
  readonly #figures: ByDigest<ModelFigures>;
  /** The last answer to `needOf` for each model, for decisions that cannot wait. */
  readonly #needs = new QuickLRU<string, number>({ maxSize: MAX_MODELS });
  /** Contexts of what is in memory, by the server's last list; 0 where it does not tell. */
  #loaded = new Map<string, { context: number; bytes: number }>();

  constructor(options: ModelSizesOptions) {
    this.#options = options;
    this.#figures = new ByDigest((name) => options.show(name).then(readFigures));
  }

  /** Takes in the server's list of what is in memory. */
  learn(listed: readonly LoadedModel[]): void {
    this.#loaded = new Map();
    for (const { name, digest, size, context_length: context = 0 } of listed) {
      const model = canonicalModel(name);
      this.#loaded.set(model, { context, bytes: size });
      const before = this.#learnt.get(model);
      const learnt =
        before?.digest === digest ? before : { digest, byContext: new Map<number, number>() };
      if (context > 0) {
        // The newest last.
        learnt.byContext.delete(context);
        learnt.byContext.set(context, size);
      }
      const [oldest] = learnt.byContext.keys();
      if (learnt.byContext.size > MAX_CONTEXTS && oldest !== undefined) {
        learnt.byContext.delete(oldest);
      }
      this.#learnt.set(model, learnt);
      this.#needs.set(model, size);
    }
  }

  /** A model was unloaded: it is not there any more, whatever the last list says. */
  left(model: string): void {
    this.#loaded.delete(model);
  }

  /** Models that were in memory when that was last looked at. */
  get loadedCount(): number {
    return this.#loaded.size;
  }

  /** Another server, or the same with other settings: what was learnt holds no more. */
  reset(): void {
    this.#learnt.clear();
    this.#figures.forget();
    this.#needs.clear();
    this.#loaded.clear();
  }

  /** The context that a model was in memory with when that was last looked at. */
  loadedContext(model: string): number | undefined {
    return this.#loaded.get(model)?.context;
  }

  /** What it then took; undefined for one that was not there. */
  loadedBytes(model: string): number | undefined {
    return this.#loaded.get(model)?.bytes;
  }

  /** What is known of a model without asking the server; undefined where nothing is. */
  known(model: string): number | undefined {
    return this.#needs.get(model);
  }

  /** All that was learnt of a model, by context. */
  learntOf(model: string): { context: number; bytes: number }[] {
    const { byContext = new Map<number, number>() } = this.#learnt.get(model) ?? {};
    return [...byContext].map(([context, bytes]) => ({ context, bytes }));
  }

  /**
   * What a model takes with this `num_ctx`; undefined where that is not known, as for a model that
   * is not installed or of an unknown architecture.
   * @throws ServiceError what the server says.
   */
  async needOf(model: string, numCtx: number | undefined): Promise<ModelNeed | undefined> {
    const installed = await this.#options.catalog.find(model);
    if (!installed) return undefined;
    const figures = await this.#figures.of(installed);
    const context = contextOf(figures, numCtx, this.#options.usualContext);
    const learnt = this.#learntSizes(model, installed)?.get(context);
    const bytes =
      learnt ??
      (installed.size === null
        ? undefined
        : estimatedBytes({ fileBytes: installed.size, figures }, context, this.#options.cache()));
    if (bytes === undefined) return undefined;
    this.#needs.set(model, bytes);
    return { bytes, context, isLearnt: learnt !== undefined };
  }

  /**
   * The context, in tokens, that requests of a model have; undefined where that is not known.
   * @param numCtx what they ask for.
   * @throws ServiceError what the server says.
   */
  async contextOf(model: string, numCtx: number | undefined): Promise<number | undefined> {
    const loaded = this.loadedContext(canonicalModel(model)) ?? 0;
    if (loaded > 0 && (numCtx ?? 0) <= loaded) return loaded;
    const figures = await this.figuresOf(model);
    return figures && contextOf(figures, numCtx, this.#options.usualContext);
  }

  /**
   * What the server says of a model; undefined where that is not installed.
   * @throws ServiceError what the server says.
   */
  async figuresOf(model: string): Promise<ModelFigures | undefined> {
    const installed = await this.#options.catalog.find(model);
    return installed && this.#figures.of(installed);
  }

  #learntSizes(model: string, { digest }: InstalledModel): Map<number, number> | undefined {
    const learnt = this.#learnt.get(model);
    return learnt?.digest === digest ? learnt.byContext : undefined;
  }
}
