import QuickLRU from "quick-lru";
import type { InstalledModel } from "../hosts/client.ts";

const MAX_REMEMBERED = 200;

/**
 * What the server says of models, asked once for each digest, which stands for a model's content;
 * lookups meanwhile share the call. A failed call is not remembered.
 */
export class ByDigest<T> {
  readonly #ask: (model: string) => Promise<T>;
  readonly #known = new QuickLRU<string, Promise<T>>({ maxSize: MAX_REMEMBERED });

  constructor(ask: (model: string) => Promise<T>) {
    this.#ask = ask;
  }

  /** @throws what the call throws. */
  of({ name, digest }: Pick<InstalledModel, "name" | "digest">): Promise<T> {
    // Without a digest nothing would tell when another model took the name.
    if (!digest) return this.#ask(name);
    const known = this.#known.get(digest);
    if (known) return known;
    const asked = this.#ask(name);
    this.#known.set(digest, asked);
    asked.catch(() => {
      if (this.#known.peek(digest) === asked) this.#known.delete(digest);
    });
    return asked;
  }

  /** Another server answers from now on. */
  forget(): void {
    this.#known.clear();
  }
}
