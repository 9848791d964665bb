import { ServiceError } from "../errors/service-error.ts";
import type { InstalledModel } from "../hosts/client.ts";
import { ByDigest } from "./by-digest.ts";

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

/** Knows what models can do. */
export class ModelCapabilities {
  readonly #show: CapabilitiesOptions["show"];
  readonly #known = new ByDigest((name) => this.#fetch(name));

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
    this.#known.forget();
  }

  #of({ name, digest, capabilities }: DescribedModel): Promise<CapabilitySet> {
    // From Ollama 0.30 on the list says it, and of models with a projector, too.
    if (Array.isArray(capabilities)) return Promise.resolve(new Set<unknown>(capabilities));
    return this.#known.of({ name, digest });
  }

  async #fetch(name: string): Promise<CapabilitySet> {
    const { capabilities, projector_info: projector } = await this.#show(name);
    if (!Array.isArray(capabilities)) return undefined;
    // The first versions that list capabilities leave vision out for models with a projector
    // (llava, moondream …): https://github.com/ollama/ollama/pull/10509
    return new Set<unknown>(projector ? [...capabilities, "vision"] : capabilities);
  }
}

/** Model families that only embed (Ollama's capability `embedding`). */
const EMBEDDING_FAMILIES = new Set(["bert", "nomic-bert", "nomic-bert-moe"]);

/** Whether a model only embeds, by its family: for servers that do not say what models can do. */
export function embedsByFamily({ details }: InstalledModel): boolean {
  return EMBEDDING_FAMILIES.has(details?.family ?? "");
}
