import { ServiceError } from "../errors/service-error.ts";
import type { InstalledModel } from "../upstream/client.ts";
import { canonicalModel, modelMatcher } from "./model-name.ts";

interface CatalogOptions {
  /** Asks the server what is installed. @throws ServiceError when it is away. */
  list: () => Promise<InstalledModel[]>;
  /** Models to fall back on when a request names none, best first. */
  preferred: string[];
  /** The model for embeddings when a request names none and it is installed. */
  embedding: string;
  /** ALLOWED_MODELS. */
  allowed: string[];
  now?: () => number;
}

const FRESH_MS = 5000;

/** Knows the installed models, which of them clients may use, and which one is the default. */
export class ModelCatalog {
  readonly #options: CatalogOptions;
  readonly #now: () => number;
  readonly #isAllowed: (name: string) => boolean;
  #listed: { at: number; models: InstalledModel[]; names: Set<string> } | undefined;
  #listing: Promise<InstalledModel[]> | undefined;
  #changes = 0;

  constructor(options: CatalogOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#isAllowed = modelMatcher(options.allowed);
  }

  /** The installed models, at most 5 s old. @throws when the server is away. */
  async installed(): Promise<InstalledModel[]> {
    if (this.#listed && this.#now() - this.#listed.at < FRESH_MS) return this.#listed.models;
    this.#listing ??= this.#list(this.#changes);
    return this.#listing;
  }

  async isInstalled(model: string): Promise<boolean> {
    const wanted = canonicalModel(model);
    return (await this.installed()).some((m) => canonicalModel(m.name) === wanted);
  }

  /**
   * Whether a model (canonical name) was missing when the server was last asked; false while that
   * is not known. Never waits: who asks decides about a request that is on its way.
   */
  isKnownMissing(model: string): boolean {
    const isMissing = this.#listed !== undefined && !this.#listed.names.has(model);
    const isFresh = this.#listed !== undefined && this.#now() - this.#listed.at < FRESH_MS;
    // It may have been installed since; the next one will know. A server that is away tells itself.
    if (!isFresh && (isMissing || this.#listed === undefined)) this.installed().catch(() => {});
    return isMissing;
  }

  /** What is installed has changed. */
  invalidate(): void {
    this.#changes += 1;
    this.#listed = undefined;
    this.#listing = undefined;
  }

  /** Whether ALLOWED_MODELS leaves any model out. */
  get isRestricted(): boolean {
    return !this.#options.allowed.includes("*");
  }

  /** @throws ServiceError `model_not_allowed` for a model outside ALLOWED_MODELS. */
  assertAllowed(model: string): void {
    if (this.#isAllowed(model)) return;
    throw new ServiceError("model_not_allowed", `The model '${model}' is not allowed here`, {
      fields: { allowed_models: this.#options.allowed },
      param: "model",
    });
  }

  /**
   * The model for a request that names none: the preferred ones in order, else the only one
   * installed that generates text.
   * @throws ServiceError `model_not_found` naming what is installed.
   */
  async defaultModel(): Promise<string> {
    const installed = (await this.installed()).filter((m) => this.#isAllowed(m.name));
    const names = new Map(installed.map((m) => [canonicalModel(m.name), m.name]));
    for (const preferred of this.#options.preferred) {
      if (names.has(canonicalModel(preferred))) return preferred;
    }
    const generating = installed.filter((m) => !EMBEDDING_FAMILIES.has(m.details?.family ?? ""));
    const [only] = generating;
    if (only && generating.length === 1) return only.name;
    const list = installed.map((m) => m.name).join(", ") || "none";
    throw new ServiceError(
      "model_not_found",
      `No default model is installed (${this.#options.preferred.join(", ")}); name one of: ${list}`,
      { param: "model" },
    );
  }

  /** The model for an embedding request that names none: the profile's, else the default. */
  async defaultEmbeddingModel(): Promise<string> {
    const { embedding } = this.#options;
    const usable = this.#isAllowed(embedding) && (await this.isInstalled(embedding));
    return usable ? embedding : this.defaultModel();
  }

  /** @param changes what had changed when it was asked for; a later change makes it stale. */
  async #list(changes: number): Promise<InstalledModel[]> {
    try {
      const models = await this.#options.list();
      const names = new Set(models.map((model) => canonicalModel(model.name)));
      if (changes === this.#changes) this.#listed = { at: this.#now(), models, names };
      return models;
    } finally {
      if (changes === this.#changes) this.#listing = undefined;
    }
  }
}

/** Model families that only embed (Ollama's capability `embedding`). */
const EMBEDDING_FAMILIES = new Set(["bert", "nomic-bert", "nomic-bert-moe"]);
