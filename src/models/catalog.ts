import { ServiceError } from "../errors/service-error.ts";
import type { InstalledModel } from "../hosts/client.ts";
import { ModelCapabilities } from "./capabilities.ts";
import { AllowedModels } from "./allowed-models.ts";
import { canonicalModel } from "./model-name.ts";
import { isRemoteName } from "./remote-model.ts";

interface CatalogOptions {
  /** The server's list of installed models. @throws ServiceError when it is away. */
  list: () => Promise<InstalledModel[]>;
  /** The server's `/api/show` of a model. @throws ServiceError as UpstreamClient. */
  show: (model: string) => Promise<Record<string, unknown>>;
  /** Models to fall back on when a request names none, best first. */
  preferred: string[];
  /** The same for requests with images. */
  preferredVision: string[];
  /** The model for embeddings when a request names none and it is installed. */
  embedding: string;
  /** ALLOWED_MODELS. */
  allowed: string[];
  /** ALLOW_CLOUD_MODELS. */
  cloud: boolean;
  /** @throws ServiceError `upstream_unavailable` while a first model is being fetched. */
  assertFirst?: () => void;
  now?: () => number;
}

const FRESH_MS = 5000;

/**
 * How long it is believed of a model that is on the list that it runs here. One that runs elsewhere
 * takes its name only where somebody makes it so; what goes through the service is noticed at once.
 */
const TRUSTED_MS = 60_000;

/** Models named to a client whose model cannot see. */
const MOST_NAMED = 3;

/** The server's list, with the canonical names of the models, and of those that run elsewhere. */
interface Listed {
  at: number;
  models: InstalledModel[];
  names: Set<string>;
  remote: Set<string>;
}

/**
 * Knows the installed models, which of them clients may use, which can see, and which one is the
 * default.
 */
export class ModelCatalog {
  readonly #options: CatalogOptions;
  readonly #now: () => number;
  readonly #allowed: AllowedModels;
  readonly #capabilities: ModelCapabilities;
  #listed: Listed | undefined;
  /** When the list could not be read. */
  #failedAt = Number.NEGATIVE_INFINITY;
  #listing: Promise<InstalledModel[]> | undefined;
  #changes = 0;

  constructor(options: CatalogOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#allowed = new AllowedModels({
      patterns: options.allowed,
      cloud: options.cloud,
      isRemote: (model) => this.#isKnownRemote(model),
    });
    this.#capabilities = new ModelCapabilities({ show: options.show });
  }

  /** The installed models, at most 5 s old. @throws when the server is away. */
  async installed(): Promise<InstalledModel[]> {
    if (this.#listed && this.#now() - this.#listed.at < FRESH_MS) return this.#listed.models;
    this.#listing ??= this.#list(this.#changes);
    return this.#listing;
  }

  /** The installed model of a name; undefined when there is none. @throws as `installed`. */
  async find(model: string): Promise<InstalledModel | undefined> {
    return named(await this.installed(), model);
  }

  /** Whether a model makes vectors of texts, and nothing else. @throws as `installed`. */
  async embeds(model: string): Promise<boolean> {
    const found = await this.find(model);
    if (!found) return false;
    const says = await this.#capabilities.can(found, "embedding");
    if (says === undefined) return EMBEDDING_FAMILIES.has(found.details?.family ?? "");
    return says && (await this.#capabilities.can(found, "completion")) !== true;
  }

  /**
   * Whether a model can call tools; undefined where the server does not say, and where the model is
   * not installed.
   * @throws as `installed`.
   */
  async canCallTools(model: string): Promise<boolean | undefined> {
    const found = await this.find(model);
    return found && this.#capabilities.can(found, "tools");
  }

  /** Whether a model is installed. @throws as `installed`. */
  async isInstalled(model: string): Promise<boolean> {
    return (await this.find(model)) !== undefined;
  }

  /** The digest of an installed model; undefined when there is none. @throws as `installed`. */
  async digestOf(model: string): Promise<string | undefined> {
    return (await this.find(model))?.digest;
  }

  /**
   * Whether a model is on the latest list. At once, unless there is none yet; an old one is read anew
   * for the next request. A server that is away has no models.
   */
  isListed(model: string): boolean | Promise<boolean> {
    if (!this.#listed) {
      if (this.#now() - this.#failedAt < FRESH_MS) return false;
      return this.isInstalled(model).catch(() => false);
    }
    if (this.#now() - this.#listed.at >= FRESH_MS) this.installed().catch(() => {});
    return this.#listed.names.has(canonicalModel(model));
  }

  /**
   * Whether a model (canonical name) is missing from the latest list; false while there is none.
   * Never waits: it decides about a request that is on its way.
   */
  isKnownMissing(model: string): boolean {
    const isMissing = this.#listed !== undefined && !this.#listed.names.has(model);
    const isFresh = this.#listed !== undefined && this.#now() - this.#listed.at < FRESH_MS;
    // It may have been installed since: the next request will know. A server that is away says so itself.
    if (!isFresh && (isMissing || this.#listed === undefined)) this.installed().catch(() => {});
    return isMissing;
  }

  /**
   * Whether a model runs on another machine. At once for a model that is on a list of the last
   * minute; else the list is read. A server that has none has no such models either.
   */
  isRemote(model: string): boolean | Promise<boolean> {
    if (this.#isKnownRemote(model)) return true;
    const now = this.#now();
    const { at = Number.NEGATIVE_INFINITY, names } = this.#listed ?? {};
    const isListed = names?.has(canonicalModel(model)) === true;
    const isBelieved = now - at < (isListed ? TRUSTED_MS : FRESH_MS);
    if (model === "" || isBelieved || now - this.#failedAt < TRUSTED_MS) {
      // Where requests keep coming, none of them has to wait for the next list.
      if (isListed && now - at >= TRUSTED_MS / 2) this.installed().catch(() => {});
      return false;
    }
    return this.installed().then(
      () => this.#isKnownRemote(model),
      () => false,
    );
  }

  #isKnownRemote(model: string): boolean {
    return isRemoteName(model) || this.#listed?.remote.has(canonicalModel(model)) === true;
  }

  /** What is installed has changed, or the server was replaced. */
  invalidate(): void {
    this.#changes += 1;
    this.#listed = undefined;
    this.#listing = undefined;
    this.#failedAt = Number.NEGATIVE_INFINITY;
    // Another server may do less or more with the same file.
    this.#capabilities.forget();
  }

  /** Whether ALLOWED_MODELS leaves any model out. */
  get isRestricted(): boolean {
    return this.#allowed.isRestricted;
  }

  /** Whether clients may use models that run on other machines. */
  get allowsRemote(): boolean {
    return this.#options.cloud;
  }

  /** Whether clients may use a model. */
  allows(model: string): boolean {
    return this.#allowed.includes(model);
  }

  /** @throws as `AllowedModels.assert`. */
  assertAllowed(model: string): void {
    this.#allowed.assert(model);
  }

  /** @throws as `AllowedModels.assertAll`. */
  assertAllAllowed(models: string[]): void {
    this.#allowed.assertAll(models);
  }

  /**
   * The model for a request that names none: the preferred ones in order, else the only one
   * installed that generates text.
   * @throws ServiceError `model_not_found` naming what is installed; `upstream_unavailable` while the
   * first model is being fetched.
   */
  async defaultModel(): Promise<string> {
    const installed = await this.#usable();
    const names = new Map(installed.map((m) => [canonicalModel(m.name), m.name]));
    for (const preferred of this.#options.preferred) {
      if (names.has(canonicalModel(preferred))) return preferred;
    }
    const generating = installed.filter((m) => !EMBEDDING_FAMILIES.has(m.details?.family ?? ""));
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
  async defaultEmbeddingModel(): Promise<string> {
    const { embedding } = this.#options;
    const usable = this.#allowed.includes(embedding) && (await this.isInstalled(embedding));
    return usable ? embedding : this.defaultModel();
  }

  /**
   * The model for a request with images that names none: the preferred ones in order, else the
   * only one that can see. A preferred one is not checked: see `assertCanSee`.
   * @throws ServiceError `model_not_found` naming those that can, or how to get one;
   * `upstream_unavailable` when the server is away.
   */
  async defaultVisionModel(): Promise<string> {
    const usable = await this.#usable();
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
    const found = named(await this.installed(), model);
    if (!found && isRemoteName(model)) return;
    if (!found) throw new ServiceError("model_not_found", `model '${model}' not found`, { param });
    if ((await this.#capabilities.can(found, "vision")) !== false) return;
    const message = `The model '${model}' cannot see images${await this.#visionAlternatives()}`;
    throw new ServiceError("invalid_request", message, { param });
  }

  /** Models that can see, as the end of a refusal's sentence. */
  async #visionAlternatives(): Promise<string> {
    const { seeing } = await this.#sortBySight(await this.#usable());
    if (seeing.length === 0) return `, and no ${this.#scope} model can${await this.#howToGetOne()}`;
    const preferred = new Set(this.#options.preferredVision.map(canonicalModel));
    const rank = (name: string): number => (preferred.has(canonicalModel(name)) ? 0 : 1);
    const best = seeing.toSorted((a, b) => rank(a) - rank(b)).slice(0, MOST_NAMED);
    return `; ${best.map((name) => `'${name}'`).join(", ")} can`;
  }

  /** The models among which a refusal says it has looked. */
  get #scope(): string {
    return this.isRestricted ? "installed and allowed" : "installed";
  }

  /** How to fetch a preferred vision model; nothing where that would not help. */
  async #howToGetOne(): Promise<string> {
    const installed = await this.installed();
    const missing = this.#options.preferredVision.find(
      (name) => this.#allowed.includes(name) && !named(installed, name),
    );
    return missing === undefined ? "" : `; \`shared-ollama models pull ${missing}\` fetches one`;
  }

  /** The names of the models that can see, and of those of which the server does not say. */
  async #sortBySight(models: InstalledModel[]): Promise<{ seeing: string[]; unknown: string[] }> {
    const sight = await Promise.all(models.map((m) => this.#capabilities.can(m, "vision")));
    const those = (wanted: boolean | undefined): string[] =>
      models.filter((_model, i) => sight[i] === wanted).map((m) => m.name);
    return { seeing: those(true), unknown: those(undefined) };
  }

  /** The installed models that clients may use. */
  async #usable(): Promise<InstalledModel[]> {
    return (await this.installed()).filter((m) => this.#allowed.includes(m.name));
  }

  /** @param changes the count when the list was requested; a later change makes it stale. */
  async #list(changes: number): Promise<InstalledModel[]> {
    try {
      const models = await this.#options.list();
      const names = new Set(models.map((model) => canonicalModel(model.name)));
      const remote = new Set(
        models.filter((m) => m.remote_host).map((model) => canonicalModel(model.name)),
      );
      if (changes === this.#changes) this.#listed = { at: this.#now(), models, names, remote };
      return models;
    } catch (err) {
      if (changes === this.#changes) this.#failedAt = this.#now();
      throw err;
    } finally {
      if (changes === this.#changes) this.#listing = undefined;
    }
  }
}

function named(models: InstalledModel[], name: string): InstalledModel | undefined {
  const wanted = canonicalModel(name);
  return models.find((model) => canonicalModel(model.name) === wanted);
}

/** Model families that only embed (Ollama's capability `embedding`). */
const EMBEDDING_FAMILIES = new Set(["bert", "nomic-bert", "nomic-bert-moe"]);
