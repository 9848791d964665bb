/**
 * Fewer tokens than this are too little work to share: the threads would mostly wait for each
 * other.
 */
const FEWEST_TOKENS = 3;
/**
 * The core is only used for a clear gain: other programs may need it, and times on a busy machine
 * vary.
 */
const CLEARLY = 0.9;
/** The weight of a round in a mean, which some ten rounds make up. */
const WEIGHT = 1 / 8;
/** An outlier counts as this many times the mean at most. */
const OUTLIER = 3;
/** Rounds before a mean is used, and rounds of a probe, which nearly renew a mean. */
const ROUNDS = { first: 4, probe: 8 };
/** A probe is given up when it costs this many times the usual. */
const FAR_WORSE = 2;
/** Rounds from one probe to the next; doubled each time a probe only confirms the choice. */
const PROBE_EVERY = { first: 64, most: 512 };

/**
 * Decides whether a round should use the core that is otherwise left free. Threads of llama.cpp
 * wait for each other some hundred times a token, by spinning. On an idle machine one more core
 * speeds a large round up nearly in proportion; beside a busy program it makes the round several
 * times slower. So both are tried for each size of round, and the quicker one is used.
 */
export class SpareCore {
  readonly #bySize = new Map<number, Choice>();

  /** Whether the next round, of so many tokens, should use the core. */
  shouldUse(tokens: number): boolean {
    return tokens >= FEWEST_TOKENS && this.#of(tokens).next();
  }

  /** Learns from a round: its tokens, whether it used the core, and the milliseconds it took. */
  learn(tokens: number, used: boolean, ms: number): void {
    if (tokens >= FEWEST_TOKENS) this.#of(tokens).learn(used, ms / tokens);
  }

  /** Rounds of similar size share a choice. */
  #of(tokens: number): Choice {
    const size = Math.round(Math.log2(tokens));
    const choice = this.#bySize.get(size) ?? new Choice();
    this.#bySize.set(size, choice);
    return choice;
  }
}

/** The choice for rounds of one size: with the core or without. */
class Choice {
  readonly #without = new Mean();
  readonly #with = new Mean();
  #prefersIt = false;
  /** Rounds until the next probe; below zero the probe is running. */
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

/** A moving mean: later values count for more. */
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
