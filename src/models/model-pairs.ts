/**
 * Pairs of models that are remembered. Names have at most 512 characters: 2 MB in all. Clients can
 * make models, and with them pairs.
 */
const MAX_PAIRS = 1000;

/** Which models (canonical names) can be in memory together, as far as that was seen. */
export class ModelPairs {
  /** Whether both can be; the oldest pair first. */
  readonly #seen = new Map<string, boolean>();

  /** Whether one was seen to push the other out. */
  areApart(a: string, b: string): boolean {
    return this.#seen.get(keyOf(a, b)) === false;
  }

  /** Whether it was seen how they get on. */
  areKnown(a: string, b: string): boolean {
    return this.#seen.has(keyOf(a, b));
  }

  /** They were seen together, or one has pushed the other out; what was seen last holds. */
  saw(a: string, b: string, how: "together" | "apart"): void {
    const key = keyOf(a, b);
    this.#seen.delete(key);
    this.#seen.set(key, how === "together");
    const [oldest] = this.#seen.keys();
    if (this.#seen.size > MAX_PAIRS && oldest !== undefined) this.#seen.delete(oldest);
  }

  /** The server was replaced. */
  reset(): void {
    this.#seen.clear();
  }
}

function keyOf(a: string, b: string): string {
  return a < b ? `${a} ${b}` : `${b} ${a}`;
}
