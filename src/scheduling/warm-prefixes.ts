import QuickLRU from "quick-lru";
import type { PlaceRequest } from "./waiting-requests.ts";

/** Whose prompt it is, for which model, and how it begins. */
type Prompt = Pick<PlaceRequest, "tenant" | "model" | "prefix">;

/** A prompt that a server still has in memory. */
type Kept = Pick<Prompt, "tenant" | "prefix">;

/** Clients can name any number of models. */
const MAX_MODELS = 100;

/**
 * Which beginnings of prompts an inference server need not read again. For each request that it works
 * on side by side it keeps the last prompt, until the next one takes that memory: the one that begins
 * alike, else whichever was used longest ago.
 */
export class WarmPrefixes {
  /** What is kept where nothing runs, of each model; used longest ago first. */
  readonly #free = new QuickLRU<string, Kept[]>({ maxSize: MAX_MODELS });

  /** Whether a request would find its prompt's beginning in memory if it began now. */
  has({ tenant, model, prefix }: Prompt): boolean {
    if (prefix === undefined) return false;
    return this.#free.get(model)?.some((kept) => isAlike(kept, tenant, prefix)) === true;
  }

  /** A request begins. @param free places for its model, its own among them. */
  began({ tenant, model, prefix }: Prompt, free: number): void {
    const all = this.#free.get(model);
    if (!all) return;
    const at = prefix === undefined ? -1 : all.findIndex((kept) => isAlike(kept, tenant, prefix));
    if (at >= 0) all.splice(at, 1);
    else if (all.length >= free) all.shift();
  }

  /** A request has ended. @param free places for its model, its own among them. */
  ended({ tenant, model, prefix }: Prompt, free: number): void {
    if (model === "") return;
    const all = this.#free.get(model) ?? [];
    all.push({ tenant, prefix });
    while (all.length > Math.max(1, free)) all.shift();
    this.#free.set(model, all);
  }

  /** A model was loaded anew, or has left memory. */
  forget(model: string): void {
    this.#free.delete(model);
  }

  /** The server was started anew, or is another one. */
  reset(): void {
    this.#free.clear();
  }
}

function isAlike(kept: Kept, tenant: string, prefix: number): boolean {
  return kept.prefix === prefix && kept.tenant === tenant;
}
