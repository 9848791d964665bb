import QuickLRU from "quick-lru";

/** Clients choose the names of tenants. */
const MAX_TENANTS = 1000;

/** How much the newest wait counts beside all before it. */
const NEWEST = 0.1;

/** So many waits of all tenants count as much as the tenant's own. */
const PRIOR_COUNT = 3;

/** No wait is taken for more than so many times what was estimated, nor for less than that part. */
const MOST = Math.log(6);

/** Shorter waits tell nothing: they are over before an estimate matters. */
const LEAST_MS = 50;

interface Ratio {
  count: number;
  /** The mean of the logarithm of actual / estimated. */
  mean: number;
}

/**
 * How much longer waits are than what lies before them says: requests that come later go first as
 * well, such as those of tenants that have had less. Learned from waits that are over, per tenant.
 */
export class WaitCorrection {
  readonly #all: Ratio = { count: 0, mean: 0 };
  readonly #tenants = new QuickLRU<string, Ratio>({ maxSize: MAX_TENANTS });

  /** A wait is over, for which this was estimated, uncorrected. */
  learn(tenant: string, estimatedMs: number, actualMs: number): void {
    if (estimatedMs < LEAST_MS || actualMs < LEAST_MS) return;
    const log = within(Math.log(actualMs / estimatedMs));
    const own = this.#tenants.get(tenant) ?? { count: 0, mean: 0 };
    this.#tenants.set(tenant, own);
    for (const ratio of [own, this.#all]) {
      ratio.count += 1;
      ratio.mean += Math.max(1 / (ratio.count + 1), NEWEST) * (log - ratio.mean);
    }
  }

  /** What an estimate for a tenant's request is to be multiplied by. */
  of(tenant: string): number {
    const { count = 0, mean = 0 } = this.#tenants.get(tenant) ?? {};
    const prior = PRIOR_COUNT / (count + PRIOR_COUNT);
    return Math.exp(within(mean + prior * (this.#all.mean - mean)));
  }
}

function within(log: number): number {
  return Math.min(MOST, Math.max(-MOST, log));
}
