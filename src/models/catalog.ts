import type { InstalledModel } from "../hosts/client.ts";
import { type Capability, embedsByFamily, ModelCapabilities } from "./capabilities.ts";
import { AllowedModels } from "./allowed-models.ts";
import { canonicalModel } from "./model-name.ts";
import { isRemoteName } from "./remote-model.ts";

interface CatalogOptions {
  /** The server's list of installed models. @throws ServiceError when it is away. */
  list: () => Promise<InstalledModel[]>;
  /** The server's `/api/show` of a model. @throws ServiceError as UpstreamClient. */
  show: (model: string) => Promise<Record<string, unknown>>;
  /** ALLOWED_MODELS. */
  allowed: string[];
  /** ALLOW_CLOUD_MODELS. */
  cloud: boolean;
  now?: () => number;
}

const FRESH_MS = 5000;

/**
 * How long it is believed of a model that is on the list that it runs here. One that runs elsewhere
 * takes its name only where somebody makes it so; what goes through the service is noticed at once.
 */
const TRUSTED_MS = 60_000;

/** The server's list, with the canonical names of the models, and of those that run elsewhere. */
interface Listed {
  at: number;
  models: InstalledModel[];
  names: Set<string>;
  remote: Set<string>;
}

/** Knows the installed models, what they can do, and which of them clients may use. */
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
    if (says === undefined) return embedsByFamily(found);
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

  /** As `ModelCapabilities.can`. */
  can(model: InstalledModel, capability: Capability): Promise<boolean | undefined> {
    return this.#capabilities.can(model, capability);
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

  /** The installed models that clients may use. @throws as `installed`. */
  async usable(): Promise<InstalledModel[]> {
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

/** The model of a name in a list, in whatever spelling. */
export function named(models: InstalledModel[], name: string): InstalledModel | undefined {
  const wanted = canonicalModel(name);
  return models.find((model) => canonicalModel(model.name) === wanted);
}
