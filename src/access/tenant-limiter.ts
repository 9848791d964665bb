import { ServiceError } from "../errors/service-error.ts";

/** Counts what each tenant has in flight, running or waiting, and refuses more than its share. */
export class TenantLimiter {
  readonly #limit: number;
  readonly #inFlight = new Map<string, number>();

  constructor({ limit }: { limit: number }) {
    this.#limit = limit;
  }

  /**
   * Takes one place.
   * @param retryAfter details of the refusal: when one of the tenant's requests is expected to end.
   * @returns a function that gives it back; further calls of it do nothing.
   * @throws ServiceError `tenant_limit_exceeded` when the tenant has no place left.
   */
  acquire(tenant: string, retryAfter?: () => { retryAfterSec?: number }): () => void {
    const count = this.#inFlight.get(tenant) ?? 0;
    if (count >= this.#limit) {
      throw new ServiceError(
        "tenant_limit_exceeded",
        `This project has ${count} requests in flight; the limit is ${this.#limit}`,
        { ...retryAfter?.(), fields: { limit: this.#limit } },
      );
    }
    this.#inFlight.set(tenant, count + 1);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#release(tenant);
    };
  }

  /** Places taken by all tenants together. */
  get size(): number {
    let total = 0;
    for (const count of this.#inFlight.values()) total += count;
    return total;
  }

  #release(tenant: string): void {
    const left = (this.#inFlight.get(tenant) ?? 1) - 1;
    if (left > 0) this.#inFlight.set(tenant, left);
    else this.#inFlight.delete(tenant);
  }
}
