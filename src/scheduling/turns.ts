/** What a request that runs is charged, until it has ended. */
export interface Charge {
  /** It has cost so much already, in milliseconds of inference; less than is charged does nothing. */
  atLeast(costMs: number): void;
  /**
   * It has ended, and this is what it has cost, in milliseconds of inference.
   * @param isWhole whether it ran to its end, so that the next one may cost as much.
   */
  settle(costMs: number, isWhole: boolean): void;
}

/** A tenant that goes before a request of another one. */
export interface TenantBefore {
  tenant: string;
  /** How much inference it may have before that request, in milliseconds. */
  mayHaveMs: number;
  /** Whether it is first where both have had the same. */
  isFirst: boolean;
  /** For how many tenants it stands, itself included. */
  standsFor: number;
}

/** The order of turns: which of the tenants that wait goes next. */
export interface Turns {
  /** A tenant begins to wait. */
  join(tenant: string): void;
  /** A tenant waits no longer. */
  leave(tenant: string): void;
  /** The tenants that wait, the next one first. To be read before anything is changed. */
  inTurn(): Iterable<string>;
  /**
   * Calls back with the tenants that wait and go before a request of a tenant, waiting or not, that
   * starts when its tenant has had so much more. Of many it may leave some out, for which others
   * stand. To be read before anything is changed.
   */
  forEachBefore(tenant: string, ownMs: number, visit: (before: TenantBefore) => void): void;
  /** A request of a tenant gets a place, whether the tenant has waited or not. */
  start(tenant: string, model: string): Charge;
  /** Charges a tenant for what is no request of its own, such as its share of a model's load. */
  charge(tenant: string, costMs: number): void;
}
