/** How large the shares of projects are, as the operator has set them. */
export class TenantWeights {
  #weights: ReadonlyMap<string, number>;

  constructor(weights: ReadonlyMap<string, number> = new Map()) {
    this.#weights = weights;
  }

  /** A tenant with twice the weight of another has twice its share; 1 where none is set. */
  of(tenant: string): number {
    return this.#weights.get(tenant) ?? 1;
  }

  /** Whether the operator has named the tenant. */
  isNamed(tenant: string): boolean {
    return this.#weights.has(tenant);
  }

  /** Sets other weights; what is charged from now on goes by them. */
  replace(weights: ReadonlyMap<string, number>): void {
    this.#weights = weights;
  }
}
