/** Fewer tokens than this are too little work to share: threads would mostly wait for each other. */
const FEWEST_TOKENS = 3;
/** The core is only taken for a clear gain: others may want it, and figures of a busy machine waver. */
const CLEARLY = 0.9;
/** A round counts for so much of a mean: some ten of them make it. */
const WEIGHT = 1 / 8;
/** A round that takes this many times the mean is chance; more than that it does not count for. */
const OUTLIER = 3;
/** Rounds that are needed to know anything, and rounds of a probe, which all but renew a mean. */
const ROUNDS = { first: 4, probe: 8 };
/** A probe that costs this many times what is usual is given up. */
const FAR_WORSE = 2;
/** Rounds from one probe to the next; twice as many each time it only confirms what was known. */
const PROBE_EVERY = { first: 64, most: 512 };

/**
 * Says whether a round should compute on the core too that is otherwise left free. Threads of
 * llama.cpp wait for each other some hundred times a token, by spinning: on an idle machine one
 * more makes a large round nearly as much faster as it has cores more, beside a busy program
 * several times slower. So both are tried, for each size of round, and the quicker is taken.
 */
export class SpareCore {
  readonly #bySize = new Map<number, Choice>();

  /** Whether the next round, of so many tokens, should use it. */
  shouldUse(tokens: number): boolean {
    return tokens >= FEWEST_TOKENS && this.#of(tokens).next();
  }

  /** Learns from a round: its tokens, whether it used the core, and the milliseconds it took. */
  learn(tokens: number, used: boolean, ms: number): void {
    if (tokens >= FEWEST_TOKENS) this.#of(tokens).learn(used, ms / tokens);
  }

  /** Rounds are alike when neither has far more tokens than the other. */
  #of(tokens: number): Choice {
    const size = Math.round(Math.log2(tokens));
    const choice = this.#bySize.get(size) ?? new Choice();
    this.#bySize.set(size, choice);
    return choice;
  }
}

/** With the core or without, for rounds of one size. */
class Choice {
  readonly #without = new Mean();
  readonly #with = new Mean();
  #prefersIt = false;
  /** Rounds until the next probe; below zero it is under way. */
  #untilProbe = PROBE_EVERY.first;
  #probeEvery = PROBE_EVERY.first;

  next(): boolean {
    if (this.#without.count < ROUNDS.first) return false;
    if (this.#with.count < ROUNDS.first) return true;
    return this.#untilProbe > 0 ? this.#prefersIt : !this.#prefersIt;
  }

  learn(used: boolean, cost: number): void {
    const [mean, other] = used ? [this.#with, this.#without] : [this.#without, this.#with];
    mean.add(cost);
    if (other.count < ROUNDS.first || mean.count < ROUNDS.first) return;
    this.#untilProbe -= 1;
    const before = this.#prefersIt;
    this.#prefersIt = this.#with.value < CLEARLY * this.#without.value;
    if (this.#prefersIt !== before) this.#settle(PROBE_EVERY.first);
    else if (this.#untilProbe >= 0) return;
    else if (this.#untilProbe <= -ROUNDS.probe || cost > FAR_WORSE * other.value) {
      this.#settle(Math.min(2 * this.#probeEvery, PROBE_EVERY.most));
    }
  }

  #settle(probeEvery: number): void {
    this.#probeEvery = probeEvery;
    this.#untilProbe = probeEvery;
  }
}

/** A mean in which later figures count for more. */
class Mean {
  value = 0;
  count = 0;

  add(figure: number): void {
    this.count += 1;
    const known = this.count > ROUNDS.first;
    const counted = known ? Math.min(figure, OUTLIER * this.value) : figure;
    this.value += (counted - this.value) * Math.max(WEIGHT, 1 / this.count);
  }
}
