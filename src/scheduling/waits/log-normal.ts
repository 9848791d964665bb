/** A time that is not known yet: its mean, and its variance. */
export interface Expected {
  meanMs: number;
  /** In square milliseconds. */
  variance: number;
}

/** How much the newest of many counts beside all before it. */
const NEWEST = 0.05;

/** So many observations of others count as much as one's own. */
const PRIOR_COUNT = 2;

/** How far times scatter while nothing is known: the standard deviation of their logarithm. */
const PRIOR_SIGMA = 0.7;

/** Times that scatter more are taken for these: else a single one would decide about all. */
const MAX_SIGMA = Math.SQRT2;

/** No time is taken for less or more: the logarithm has to stay a number. */
const LEAST_MS = 0.01;
const MOST_MS = 1e9;

/**
 * Times of one kind, whose logarithms are normally distributed: most are short, and some are many
 * times as long. Learns from each; while there are few, the times of a wider kind count as well.
 */
export class LogNormal {
  /** How many it has seen. */
  count = 0;
  readonly #wider: LogNormal | undefined;
  #mean = 0;
  #variance = 0;

  /** @param wider the times of a kind that this one is part of. */
  constructor(wider?: LogNormal) {
    this.#wider = wider;
  }

  learn(ms: number): void {
    const log = Math.log(Math.min(MOST_MS, Math.max(LEAST_MS, ms)));
    this.count += 1;
    const weight = Math.max(1 / this.count, NEWEST);
    const off = log - this.#mean;
    this.#mean += weight * off;
    this.#variance = (1 - weight) * (this.#variance + weight * off * off);
  }

  /** What the next one is taken to be; undefined while nothing is known, of the wider kind neither. */
  get expected(): Expected | undefined {
    const shape = this.#shape;
    return shape && moments(shape.mu, shape.sigma);
  }

  /** What is left of one that has taken so long; undefined as `expected`. */
  rest(elapsedMs: number): Expected | undefined {
    const shape = this.#shape;
    return shape && restOf(shape, elapsedMs);
  }

  /** The mean of the logarithm, and its standard deviation. */
  get #shape(): { mu: number; sigma: number } | undefined {
    const wider = this.#wider ? this.#wider.#shape : undefined;
    if (this.count === 0) return wider;
    const own = Math.min(this.count, 1 / NEWEST);
    const prior = PRIOR_COUNT / (own + PRIOR_COUNT);
    const mu = wider ? this.#mean + prior * (wider.mu - this.#mean) : this.#mean;
    const priorSigma = wider?.sigma ?? PRIOR_SIGMA;
    const variance = this.#variance + prior * (priorSigma ** 2 - this.#variance);
    return { mu, sigma: Math.min(MAX_SIGMA, Math.sqrt(variance)) };
  }
}

function moments(mu: number, sigma: number): Expected {
  const meanMs = Math.exp(mu + sigma ** 2 / 2);
  return { meanMs, variance: meanMs ** 2 * Math.expm1(sigma ** 2) };
}

/** The mean and the variance of X - e, given that X is more than e. */
function restOf({ mu, sigma }: { mu: number; sigma: number }, elapsedMs: number): Expected {
  if (elapsedMs < LEAST_MS) return moments(mu, sigma);
  const z = (mu - Math.log(elapsedMs)) / Math.max(sigma, 1e-3);
  // Far out the normal integrals are mere rounding errors: what is left is then nearly exponential.
  if (z < -4) {
    const meanMs = (elapsedMs * sigma) / -z;
    return { meanMs, variance: meanMs ** 2 };
  }
  const { meanMs, variance } = moments(mu, sigma);
  const beyond = normalIntegral(z);
  const first = (meanMs * normalIntegral(z + sigma)) / beyond;
  const second = ((variance + meanMs ** 2) * normalIntegral(z + 2 * sigma)) / beyond;
  return {
    meanMs: Math.max(0, first - elapsedMs),
    variance: Math.max(0, second - first ** 2),
  };
}

/** The standard normal distribution's integral up to z (Abramowitz and Stegun, 26.2.17). */
function normalIntegral(z: number): number {
  const t = 1 / (1 + 0.231_641_9 * Math.abs(z));
  const series =
    t *
    (0.319_381_530 +
      t * (-0.356_563_782 + t * (1.781_477_937 + t * (-1.821_255_978 + t * 1.330_274_429))));
  const tail = (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * series;
  return z < 0 ? tail : 1 - tail;
}
