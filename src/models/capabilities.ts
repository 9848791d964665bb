import QuickLRU from "quick-lru";
import { ServiceError } from "../errors/service-error.ts";
import type { InstalledModel } from "../hosts/client.ts";

/** What a model can do, in Ollama's words. */
export type Capability =
  | "audio"
  | "completion"
  | "embedding"
  | "image"
  | "insert"
  | "thinking"
  | "tools"
  | "vision";

interface CapabilitiesOptions {
  /** The server's `/api/show` of a model. @throws ServiceError as UpstreamClient. */
  show: (model: string) => Promise<Record<string, unknown>>;
}

/** A set of Capability, and of what later servers add; undefined when the server does not say. */
type CapabilitySet = ReadonlySet<unknown> | undefined;

/** A model as the list has it, as far as it is read here. */
type DescribedModel = Pick<InstalledModel, "name" | "digest" | "capabilities">;

const MAX_REMEMBERED = 200;

/**
 * Knows what models can do. The server is called once for each digest, which stands for the model's
 * content; lookups meanwhile share the call. A failed call is not remembered.
 */
export class ModelCapabilities {
  readonly #show: CapabilitiesOptions["show"];
  readonly #known = new QuickLRU<string, Promise<CapabilitySet>>({ maxSize: MAX_REMEMBERED });

  constructor({ show }: CapabilitiesOptions) {
    this.#show = show;
  }

  /**
   * Whether a model can do this; undefined when the server does not say, as before Ollama 0.6.4,
   * or could not answer for this model.
   * @throws ServiceError `upstream_unavailable` when the server is away.
   */
  async can(model: DescribedModel, capability: Capability): Promise<boolean | undefined> {
    try {
      return (await this.#of(model))?.has(capability);
    } catch (err) {
      if (err instanceof ServiceError && err.code === "upstream_unavailable") throw err;
      return undefined;
    }
  }

  /** Forgets all: another server answers from now on. */
  forget(): void {
    this.#known.clear();
  }

  #of({ name, digest, capabilities }: DescribedModel): Promise<CapabilitySet> {
    // From Ollama 0.30 on the list says it, and of models with a projector, too.
    if (Array.isArray(capabilities)) return Promise.resolve(new Set<unknown>(capabilities));
    // Without a digest nothing would tell when another model took the name.
    if (!digest) return this.#fetch(name);
    const known = this.#known.get(digest);
    if (known) return known;
    const fetching = this.#fetch(name);
    this.#known.set(digest, fetching);
    fetching.catch(() => {
      if (this.#known.peek(digest) === fetching) this.#known.delete(digest);
    });
    return fetching;
  }

  async #fetch(name: string): Promise<CapabilitySet> {
    const { capabilities, projector_info: projector } = await this.#show(name);
    if (!Array.isArray(capabilities)) return undefined;
    // The first versions that list capabilities leave vision out for models with a projector
    // (llava, moondream …): https://github.com/ollama/ollama/pull/10509
    return new Set<unknown>(projector ? [...capabilities, "vision"] : capabilities);
  }
}
