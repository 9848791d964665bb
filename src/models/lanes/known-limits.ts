import QuickLRU from "quick-lru";
import type { ContextLimits } from "./lane-choice.ts";
import { MAX_REMEMBERED } from "./max-remembered.ts";

/** The largest contexts of models (canonical names), as far as they were asked for. */
export class KnownLimits {
  readonly #find: (model: string) => Promise<ContextLimits>;
  readonly #limits = new QuickLRU<string, ContextLimits>({ maxSize: MAX_REMEMBERED });
  /** Questions under way: requests that come together share one. */
  readonly #asking = new Map<string, Promise<void>>();

  /** @param find asks for those of a model. It throws when the server does not say. */
  constructor(find: (model: string) => Promise<ContextLimits>) {
    this.#find = find;
  }

  /** Whether it was found out what those of a model are, or that nobody says. */
  has(model: string): boolean {
    return this.#limits.has(model);
  }

  /** Those of a model; empty where nobody knows. */
  of(model: string): ContextLimits {
    return this.#limits.get(model) ?? {};
  }

  /** Finds out those of a model. Never rejects. */
  ask(model: string): Promise<void> {
    const running = this.#asking.get(model);
    if (running) return running;
    const asking = this.#find(model)
      // A server that does not say it will not say it to the next request either.
      .catch(() => ({}))
      .then((limits) => {
        // After a reset it is the answer of the server before.
        if (this.#asking.get(model) !== asking) return;
        this.#asking.delete(model);
        this.#limits.set(model, limits);
      });
    this.#asking.set(model, asking);
    return asking;
  }

  /** Those of a model may have changed: it may be out of memory. */
  forget(model: string): void {
    this.#limits.delete(model);
  }

  /** The server was replaced. */
  clear(): void {
    this.#limits.clear();
    this.#asking.clear();
  }
}
