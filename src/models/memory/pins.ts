import { canonicalModel } from "../model-name.ts";

/** The models that are to stay in memory whatever happens, once they are there. */
export class Pins {
  readonly #names = new Set<string>();

  add(model: string): void {
    this.#names.add(canonicalModel(model));
  }

  /** @returns whether it was there. */
  remove(model: string): boolean {
    return this.#names.delete(canonicalModel(model));
  }

  /** @param model canonical. */
  has(model: string): boolean {
    return this.#names.has(model);
  }

  get isEmpty(): boolean {
    return this.#names.size === 0;
  }

  /** Forgets those of models that are not installed any more. */
  keepOnly(installed: readonly string[]): void {
    const names = new Set(installed.map(canonicalModel));
    for (const name of this.#names) if (!names.has(name)) this.#names.delete(name);
  }
}
