/** Fewer tokens than this are too little work to share: threads would mostly wait for each other. */
const FEWEST_TOKENS = 3;
/** The core is only taken for a clear gain: others may want it, and figures of a busy machine waver. */
const CLEARLY = 0.9;
/** A choice is judged by the median of so many rounds: one slow round is chance. */
const REMEMBERED = 3;
/** Rounds the choice that is not taken gets now and then: more than half of what is remembered. */
const PROBE = 2;
/** Rounds from one probe to the next; twice as many each time it only confirms what was known. */
const PROBE_EVERY = { first: 64, most: 1_024 };

/**
 * Says whether a round should compute on the core too that is otherwise left free. Threads of
 * llama.cpp wait for each other some hundred times a token, by spinning: on an idle machine one
 * more makes a large round nearly as much faster as it has cores more, beside a busy program
 * several times slower. So both are tried, for each size of round, and the quicker is taken.
 */
export class SpareCore {
  readonly #bySize = new Map<number, SizeRecord>();

  /** Whether the next round, of so many tokens, should use it. */
  shouldUse(tokens: number): boolean {
    return tokens >= FEWEST_TOKENS && this.#of(tokens).next();
  }

  /** Learns from a round: its tokens, whether it used the core, and the milliseconds it took. */
  learn(tokens: number, used: boolean, ms: number): void {
    if (tokens >= FEWEST_TOKENS) this.#of(tokens).add(used, ms / tokens);
  }

  /** Rounds are alike when neither has far more tokens than the other. */
  #of(tokens: number): SizeRecord {
    const size = Math.round(Math.log2(tokens));
    const record = this.#bySize.get(size) ?? new SizeRecord();
    this.#bySize.set(size, record);
    return record;
  }
}

/** What rounds of one size took, with the core and without. */
class SizeRecord {
  readonly #costs = { with: [] as number[], without: [] as number[] };
  #untilProbe = PROBE_EVERY.first;
  #probeEvery = PROBE_EVERY.first;

  next(): boolean {
    const { without, with: used } = this.#costs;
    if (without.length < PROBE) return false;
    if (used.length < PROBE) return true;
    return this.#untilProbe > 0 ? this.#prefersIt() : !this.#prefersIt();
  }

  add(used: boolean, cost: number): void {
    const before = this.#prefersIt();
    const costs = used ? this.#costs.with : this.#costs.without;
    costs.push(cost);
    if (costs.length > REMEMBERED) costs.shift();
    const changed = this.#prefersIt() !== before;
    this.#untilProbe -= 1;
    if (!changed && this.#untilProbe > -PROBE) return;
    this.#probeEvery = changed
      ? PROBE_EVERY.first
      : Math.min(2 * this.#probeEvery, PROBE_EVERY.most);
    this.#untilProbe = this.#probeEvery;
  }

  #prefersIt(): boolean {
    return median(this.#costs.with) < CLEARLY * median(this.#costs.without);
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.POSITIVE_INFINITY;
}
