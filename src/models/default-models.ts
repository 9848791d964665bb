import { ServiceError } from "../errors/service-error.ts";
import type { InstalledModel } from "../hosts/client.ts";
import { embedsByFamily } from "./capabilities.ts";
import { type ModelCatalog, named } from "./catalog.ts";
import { canonicalModel } from "./model-name.ts";
import { isRemoteName } from "./remote-model.ts";

interface DefaultModelsOptions {
  catalog: Pick<
    ModelCatalog,
    "allows" | "can" | "installed" | "isInstalled" | "isRestricted" | "usable"
  >;
  /** Models to fall back on when a request names none, best first. */
  preferred: string[];
  /** The same for requests with images. */
  preferredVision: string[];
  /** The model for embeddings when a request names none and it is installed. */
  embedding: string;
  /** @throws ServiceError `upstream_unavailable` while a first model is being fetched. */
  assertFirst?: () => void;
}

/** Models named to a client whose model cannot see. */
const MOST_NAMED = 3;

/** Chooses the models of requests that name none, and tells which could be named instead. */
export class DefaultModels {
  readonly #options: DefaultModelsOptions;

  constructor(options: DefaultModelsOptions) {
    this.#options = options;
  }

  /**
   * The model for a request that names none: the preferred ones in order, else the only one
   * installed that generates text.
   * @throws ServiceError `model_not_found` naming what is installed; `upstream_unavailable` while the
   * first model is being fetched.
   */
  async text(): Promise<string> {
    const installed = await this.#options.catalog.usable();
    const names = new Map(installed.map((m) => [canonicalModel(m.name), m.name]));
    for (const preferred of this.#options.preferred) {
      if (names.has(canonicalModel(preferred))) return preferred;
    }
    const generating = installed.filter((m) => !embedsByFamily(m));
    const [only] = generating;
    if (only && generating.length === 1) return only.name;
    this.#options.assertFirst?.();
    const list = installed.map((m) => m.name).join(", ") || "none";
    throw new ServiceError(
      "model_not_found",
      `No default model is installed (${this.#options.preferred.join(", ")}); name one of: ${list}`,
      { param: "model" },
    );
  }

  /** The model for an embedding request that names none: the profile's, else the default. */
  async embedding(): Promise<string> {
    const { embedding, catalog } = this.#options;
    const usable = catalog.allows(embedding) && (await catalog.isInstalled(embedding));
    return usable ? embedding : this.text();
  }

  /**
   * The model for a request with images that names none: the preferred ones in order, else the
   * only one that can see. A preferred one is not checked: see `assertCanSee`.
   * @throws ServiceError `model_not_found` naming those that can, or how to get one;
   * `upstream_unavailable` when the server is away.
   */
  async vision(): Promise<string> {
    const usable = await this.#options.catalog.usable();
    const { preferredVision } = this.#options;
    const preferred = preferredVision.find((name) => named(usable, name));
    if (preferred !== undefined) return preferred;
    const { seeing, unknown } = await this.#sortBySight(usable);
    const [only] = seeing;
    if (only !== undefined && seeing.length === 1) return only;
    // An old server does not say which models can see: its client has to know.
    const list = (seeing.length > 0 ? seeing : unknown).join(", ");
    const message = list
      ? `No default vision model is installed (${preferredVision.join(", ")}); name one of: ${list}`
      : `None of the ${this.#scope} models can see images${await this.#howToGetOne()}`;
    throw new ServiceError("model_not_found", message, { param: "model" });
  }

  /**
   * Lets a model pass that can see, or of which the server does not say whether it can, as of one
   * that runs elsewhere and was never fetched.
   * @throws ServiceError `model_not_found` when it is not installed; `invalid_request` when it
   * cannot see, naming models that can; `upstream_unavailable` when the server is away.
   */
  async assertCanSee(model: string): Promise<void> {
    const param = "model";
    const found = named(await this.#options.catalog.installed(), model);
    if (!found && isRemoteName(model)) return;
    if (!found) throw new ServiceError("model_not_found", `model '${model}' not found`, { param });
    if ((await this.#options.catalog.can(found, "vision")) !== false) return;
    const message = `The model '${model}' cannot see images${await this.#visionAlternatives()}`;
    throw new ServiceError("invalid_request", message, { param });
  }

  /** Models that can see, as the end of a refusal's sentence. */
  async #visionAlternatives(): Promise<string> {
    const { seeing } = await this.#sortBySight(await this.#options.catalog.usable());
    if (seeing.length === 0) return `, and no ${this.#scope} model can${await this.#howToGetOne()}`;
    const preferred = new Set(this.#options.preferredVision.map(canonicalModel));
    const rank = (name: string): number => (preferred.has(canonicalModel(name)) ? 0 : 1);
    const best = seeing.toSorted((a, b) => rank(a) - rank(b)).slice(0, MOST_NAMED);
    return `; ${best.map((name) => `'${name}'`).join(", ")} can`;
  }

  /** The models among which a refusal says it has looked. */
  get #scope(): string {
    return this.#options.catalog.isRestricted ? "installed and allowed" : "installed";
  }

  /** How to fetch a preferred vision model; nothing where that would not help. */
  async #howToGetOne(): Promise<string> {
    const installed = await this.#options.catalog.installed();
    const missing = this.#options.preferredVision.find(
      (name) => this.#options.catalog.allows(name) && !named(installed, name),
    );
    return missing === undefined ? "" : `; \`shared-ollama models pull ${missing}\` fetches one`;
  }

  /** The names of the models that can see, and of those of which the server does not say. */
  async #sortBySight(models: InstalledModel[]): Promise<{ seeing: string[]; unknown: string[] }> {
    const sight = await Promise.all(models.map((m) => this.#options.catalog.can(m, "vision")));
    const those = (wanted: boolean | undefined): string[] =>
      models.filter((_model, i) => sight[i] === wanted).map((m) => m.name);
    return { seeing: those(true), unknown: those(undefined) };
  }
}
