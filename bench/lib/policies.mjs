/** Turns by request: each tenant has one after the other, whatever they cost. */
export class TurnsByRequest {
  #waiting = new Set();

  join(tenant) {
    this.#waiting.add(tenant);
  }

  leave(tenant) {
    this.#waiting.delete(tenant);
  }

  inTurn() {
    return this.#waiting;
  }

  /** Nobody is told what to expect by this policy. */
  forEachBefore() {}

  start(tenant) {
    // A Set keeps the order in which its members were added.
    if (this.#waiting.delete(tenant)) this.#waiting.add(tenant);
    return { atLeast: () => {}, settle: () => {} };
  }

  charge() {}
}

const QUANTUM_MS = 10_000;

/**
 * Deficit round robin (Shreedhar and Varghese, 1995), with costs that are known only at the end: a
 * tenant goes on until it has had its quantum, and pays what it has had too much in the next rounds.
 */
export class DeficitRoundRobin {
  #weights;
  #estimates;
  #deficits = new Map();
  #waiting = new Set();

  constructor({ weights, estimates }) {
    this.#weights = weights;
    this.#estimates = estimates;
  }

  join(tenant) {
    this.#waiting.add(tenant);
    if (!this.#deficits.has(tenant)) this.#deficits.set(tenant, 0);
  }

  leave(tenant) {
    this.#waiting.delete(tenant);
    // Nothing is saved up while away.
    this.#deficits.set(tenant, Math.min(0, this.#deficits.get(tenant) ?? 0));
  }

  inTurn() {
    const ring = [...this.#waiting];
    if (!ring.some((tenant) => this.#deficits.get(tenant) > 0)) this.#fill(ring);
    const hasLeft = (tenant) => this.#deficits.get(tenant) > 0;
    return [...ring.filter(hasLeft), ...ring.filter((tenant) => !hasLeft(tenant))];
  }

  /** Nobody is told what to expect by this policy. */
  forEachBefore() {}

  start(tenant, model) {
    let chargedMs = 0;
    const chargeUpTo = (costMs) => {
      this.#deficits.set(tenant, (this.#deficits.get(tenant) ?? 0) - (costMs - chargedMs));
      chargedMs = costMs;
      if (this.#deficits.get(tenant) <= 0 && this.#waiting.delete(tenant)) {
        this.#waiting.add(tenant);
      }
    };
    chargeUpTo(this.#estimates.of(tenant, model));
    return {
      atLeast: (costMs) => {
        if (costMs > chargedMs) chargeUpTo(costMs);
      },
      settle: (costMs, isWhole) => {
        chargeUpTo(costMs);
        if (isWhole) this.#estimates.learn(tenant, model, costMs);
      },
    };
  }

  charge(tenant, costMs) {
    this.#deficits.set(tenant, (this.#deficits.get(tenant) ?? 0) - costMs);
  }

  /** As many rounds as it takes until somebody has something left. */
  #fill(ring) {
    const rounds = ring.map(
      (tenant) => 1 + Math.floor(-this.#deficits.get(tenant) / this.#quantumOf(tenant)),
    );
    const fewest = Math.min(...rounds);
    for (const tenant of ring) {
      const more = fewest * this.#quantumOf(tenant);
      this.#deficits.set(tenant, this.#deficits.get(tenant) + more);
    }
  }

  #quantumOf(tenant) {
    return QUANTUM_MS * this.#weights.of(tenant);
  }
}

/** No model has to wait for another one's turn: the floor of a server without the service. */
export class NoFloor {
  promoted = undefined;
  #models;

  constructor(models) {
    this.#models = models;
  }

  isLoaded() {
    return true;
  }

  promote() {}

  turnOf() {
    return undefined;
  }

  loadMs() {
    return undefined;
  }

  admits() {
    return true;
  }

  started(model) {
    if (!this.#models.isLoaded(model)) this.#models.expectLoad(model);
  }

  ended() {}
}
