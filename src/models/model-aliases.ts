import { canonicalModel, wildcard } from "./model-name.ts";

interface ModelAliasesOptions {
  /** Alias, or a glob of aliases, and the model that it stands for (config/models.yaml). */
  entries: Readonly<Record<string, string>>;
  /** Whether a model is installed, at once where that is known. */
  isInstalled: (model: string) => boolean | Promise<boolean>;
}

/** A name that stands for a model. */
export interface ModelAlias {
  name: string;
  /** The name has a `*` for any text. */
  isGlob: boolean;
  model: string;
}

/**
 * Other names for models. What is installed under a name is that model, whatever the aliases say;
 * then an alias of just this name counts, then the first glob that fits. Names are compared as
 * Ollama does: without case, and `latest` is the tag of one that has none.
 */
export class ModelAliases {
  readonly entries: readonly ModelAlias[];
  readonly #options: ModelAliasesOptions;
  readonly #models: ReadonlyMap<string, string>;
  readonly #globs: readonly { fits: Pick<RegExp, "test">; model: string }[];

  constructor(options: ModelAliasesOptions) {
    this.#options = options;
    this.entries = Object.entries(options.entries).map(([name, model]) => {
      return { name, model, isGlob: name.includes("*") };
    });
    const exact = this.entries.filter(({ isGlob }) => !isGlob);
    this.#models = new Map(exact.map(({ name, model }) => [canonicalModel(name), model]));
    const globs = this.entries.filter(({ isGlob }) => isGlob);
    this.#globs = globs.map(({ name, model }) => ({ fits: wildcard(name.toLowerCase()), model }));
  }

  /**
   * The model that is meant by a name: the one that it stands for, or the name itself, letter for
   * letter. At once, unless what is installed has to be asked first. Never throws.
   */
  modelFor(name: string): string | Promise<string> {
    const model = this.#standsFor(name);
    if (model === undefined) return name;
    const isInstalled = this.#options.isInstalled(name);
    if (typeof isInstalled === "boolean") return isInstalled ? name : model;
    return isInstalled.then((is) => (is ? name : model));
  }

  #standsFor(name: string): string | undefined {
    if (this.entries.length === 0) return undefined;
    const full = canonicalModel(name);
    if (full === "") return undefined;
    const model = this.#models.get(full) ?? this.#firstThatFits(full);
    // A glob may fit the model that it stands for.
    return model !== undefined && canonicalModel(model) === full ? undefined : model;
  }

  #firstThatFits(full: string): string | undefined {
    const short = full.replace(/:latest$/, "");
    return this.#globs.find(({ fits }) => fits.test(short) || fits.test(full))?.model;
  }
}
