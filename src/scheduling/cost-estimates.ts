import QuickLRU from "quick-lru";

/** What a request is taken to cost while nothing is known of its model. */
const UNKNOWN_MS = 1000;

/** How much the last request counts beside all before: half of what is known is of the last three. */
const NEWEST = 0.2;

/** Of so many tenants' models the cost is remembered; names have at most 576 characters. */
const MAX_KNOWN = 4000;
const MAX_MODELS = 400;

/**
 * What requests cost, as those before them have: the moving mean of a tenant's requests for a model,
 * else of all requests for it.
 */
export class CostEstimates {
  readonly #ofTenant = new QuickLRU<string, number>({ maxSize: MAX_KNOWN });
  readonly #ofModel = new QuickLRU<string, number>({ maxSize: MAX_MODELS });

  /** Milliseconds of inference that a tenant's next request for a model is taken to cost. */
  of(tenant: string, model: string): number {
    return this.#ofTenant.get(keyOf(tenant, model)) ?? this.#ofModel.get(model) ?? UNKNOWN_MS;
  }

  /** A request has cost so many milliseconds of inference. */
  learn(tenant: string, model: string, costMs: number): void {
    const key = keyOf(tenant, model);
    this.#ofTenant.set(key, moved(this.#ofTenant.get(key), costMs));
    this.#ofModel.set(model, moved(this.#ofModel.get(model), costMs));
  }
}

/** No tenant's name has a space. */
function keyOf(tenant: string, model: string): string {
  return `${tenant} ${model}`;
}

function moved(mean: number | undefined, next: number): number {
  return mean === undefined ? next : mean + NEWEST * (next - mean);
}
