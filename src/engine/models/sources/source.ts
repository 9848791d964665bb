import type { CatalogueEntry } from "../catalogue.ts";
import type { Manifest } from "../manifest.ts";
import type { ModelStore } from "../store.ts";

/** One line of a pull, in Ollama's words. */
export type PullStatus = {
  readonly status: string;
  readonly digest?: string;
  readonly total?: number;
  readonly completed?: number;
};

export type FetchContext = {
  readonly store: ModelStore;
  readonly report: (status: PullStatus) => void;
  readonly signal: AbortSignal;
};

/** A place models come from. */
export type ModelSource = {
  /** For messages: "Ollama's registry". */
  readonly title: string;
  /** Whether it can have this model at all. */
  offers(entry: CatalogueEntry): boolean;
  /**
   * Puts every blob of the model into the store, digests checked, and returns the manifest, not yet
   * written.
   */
  fetch(entry: CatalogueEntry, context: FetchContext): Promise<Manifest>;
};

/** A downloaded file is not what was promised. */
export class DigestMismatchError extends Error {
  constructor(expected: string, got: string) {
    super(`digest mismatch, expected ${JSON.stringify(expected)}, got ${JSON.stringify(got)}`);
  }
}

/** The line Ollama prints for a layer. */
export function layerStatus(digest: string, total: number, completed: number): PullStatus {
  const short = digest.slice("sha256:".length, "sha256:".length + 12);
  return { status: `pulling ${short}`, digest, total, ...(completed > 0 && { completed }) };
}
