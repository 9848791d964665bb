import QuickLRU from "quick-lru";
import { type Expected, LogNormal } from "./log-normal.ts";

/**
 * By what a time is expected: what the tenant's own requests for the model took; what anybody's for
 * the model took; what requests for other models took; nothing, since none has ended yet.
 */
export type Basis = "measured" | "model" | "default" | "unknown";

/** How long a request will hold its place. */
export interface HoldTime extends Expected {
  basis: Basis;
}

/** What a request is taken for while none has ended: only the order of turns is made of it. */
const UNKNOWN: HoldTime = { meanMs: 1000, variance: 1_000_000, basis: "unknown" };

/** A tenant's own requests tell more than others' from this many on. */
const OWN_COUNT = 3;

/** Clients choose the names of tenants, and of models. */
const MAX_TENANTS = 1000;
const MAX_MODELS_OF_TENANT = 16;
const MAX_MODELS = 400;

/** What is expected is looked at again when so many others were learned: they count little. */
const LOOK_AGAIN = 16;

/** What is expected by times, until it has learned more of its own, or some of others. */
class Known {
  readonly times: LogNormal;
  #expected: HoldTime | undefined;
  #learned = 0;
  #count = 0;

  constructor(times: LogNormal) {
    this.times = times;
  }

  expected(learned: number, basis: () => Basis): HoldTime {
    const { count } = this.times;
    const isFresh = this.#count === count && learned - this.#learned < LOOK_AGAIN;
    if (this.#expected && isFresh) return this.#expected;
    const { expected } = this.times;
    this.#expected = expected ? { ...expected, basis: basis() } : UNKNOWN;
    this.#learned = learned;
    this.#count = count;
    return this.#expected;
  }
}

/**
 * How long requests hold their places, loads aside: of a tenant's requests for a model, of all
 * for the model, of all. It is more than they cost where a client reads slowly.
 */
export class HoldTimes {
  readonly #all = new Known(new LogNormal());
  readonly #models = new QuickLRU<string, Known>({ maxSize: MAX_MODELS });
  readonly #tenants = new QuickLRU<string, Map<string, Known>>({ maxSize: MAX_TENANTS });
  /** How many requests it has learned from. */
  #learned = 0;

  /** A request has held its place so long, to its own end. */
  learn(tenant: string, model: string, ms: number): void {
    const ofModel = this.#models.get(model) ?? new Known(new LogNormal(this.#all.times));
    this.#models.set(model, ofModel);
    const own = this.#ownOf(tenant, model, ofModel.times);
    for (const { times } of [own, ofModel, this.#all]) times.learn(ms);
    this.#learned += 1;
  }

  /** How long a tenant's next request for a model will hold its place. */
  of(tenant: string, model: string): HoldTime {
    const own = this.#tenants.get(tenant)?.get(model);
    if (!own) return this.ofModel(model);
    return own.expected(this.#learned, () =>
      own.times.count >= OWN_COUNT ? "measured" : this.ofModel(model).basis,
    );
  }

  /** How long anybody's next request for a model will. */
  ofModel(model: string): HoldTime {
    const ofModel = this.#models.get(model);
    if (ofModel) return ofModel.expected(this.#learned, () => "model");
    return this.#all.expected(this.#learned, () => "default");
  }

  /** How much longer one will that has held it for so long. */
  restOf(tenant: string, model: string, elapsedMs: number): HoldTime {
    const own = this.#tenants.get(tenant)?.get(model);
    const { times } = own ?? this.#models.get(model) ?? this.#all;
    const rest = times.rest(elapsedMs);
    return rest ? { ...rest, basis: this.of(tenant, model).basis } : UNKNOWN;
  }

  #ownOf(tenant: string, model: string, ofModel: LogNormal): Known {
    const models = this.#tenants.get(tenant) ?? new Map<string, Known>();
    this.#tenants.set(tenant, models);
    const known = models.get(model) ?? new Known(new LogNormal(ofModel));
    const [oldest] = models.keys();
    if (!models.has(model) && models.size >= MAX_MODELS_OF_TENANT && oldest !== undefined) {
      models.delete(oldest);
    }
    models.set(model, known);
    return known;
  }
}

/** The weaker of two. */
export function weaker(a: Basis, b: Basis): Basis {
  return ORDER[a] > ORDER[b] ? a : b;
}

const ORDER: Record<Basis, number> = { measured: 0, model: 1, default: 2, unknown: 3 };
