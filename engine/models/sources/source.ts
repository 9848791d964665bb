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
  /** The scheme of the model's name. */
  readonly scheme?: "http" | "https" | undefined;
  /** Accept registries without TLS, or with a certificate that no authority has signed. */
  readonly insecure: boolean;
  /** The model's entry in the engine's own catalogue. */
  readonly entry: CatalogueEntry | undefined;
};

export type FetchContext = {
  readonly store: ModelStore;
  readonly report: (status: PullStatus) => void;
  readonly signal: AbortSignal;
  /** Keeps this blob from being removed until the model is in the store. */
  readonly pin: (digest: string) => void;
};

/** A source of models. */
export type ModelSource = {
  /** For messages: "Ollama's registry". */
  readonly title: string;
  /** Whether the source may have this model. */
  offers(target: PullTarget): boolean;
  /**
   * Puts every blob of the model into the store, and checks digests. Returns the manifest, which is
   * not written yet.
   */
  fetch(target: PullTarget, context: FetchContext): Promise<Manifest>;
};

/** Ollama's status line of a layer. */
export function layerStatus(digest: string, total: number, completed: number): PullStatus {
  const short = digest.slice("sha256:".length, "sha256:".length + 12);
  return { status: `pulling ${short}`, digest, total, ...(completed > 0 && { completed }) };
}
