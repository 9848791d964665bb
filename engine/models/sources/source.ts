import type { CatalogueEntry } from "../catalogue.ts";
import type { Manifest } from "../manifest.ts";
import type { ModelName } from "../names.ts";
import type { ModelStore } from "../store.ts";

/** One line of a pull or a create, in Ollama's words. */
export type PullStatus = {
  readonly status: string;
  readonly digest?: string;
  readonly total?: number;
  readonly completed?: number;
};

/** The model that a pull puts into the store. */
export type PullTarget = {
  readonly name: ModelName;
  /** The scheme the name was given with. */
  readonly scheme?: "http" | "https" | undefined;
  /** Take registries without TLS or with a certificate nobody vouches for. */
  readonly insecure: boolean;
  /** What the engine itself knows of the model. */
  readonly entry: CatalogueEntry | undefined;
};

export type FetchContext = {
  readonly store: ModelStore;
  readonly report: (status: PullStatus) => void;
  readonly signal: AbortSignal;
  /** Nothing removes this blob until the model is in the store. */
  readonly pin: (digest: string) => void;
};

/** A place models come from. */
export type ModelSource = {
  /** For messages: "Ollama's registry". */
  readonly title: string;
  /** Whether it can have this model at all. */
  offers(target: PullTarget): boolean;
  /**
   * Puts every blob of the model into the store, digests checked, and returns the manifest, not yet
   * written.
   */
  fetch(target: PullTarget, context: FetchContext): Promise<Manifest>;
};

/** The line Ollama prints for a layer. */
export function layerStatus(digest: string, total: number, completed: number): PullStatus {
  const short = digest.slice("sha256:".length, "sha256:".length + 12);
  return { status: `pulling ${short}`, digest, total, ...(completed > 0 && { completed }) };
}
