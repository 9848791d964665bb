import { Counter, type CounterConfiguration } from "prom-client";

/** A series of a counter. */
export class Tally {
  #open = 0;

  /** Adds to it; nothing makes it smaller. */
  add(amount: number): void {
    this.#open += amount;
  }

  /** What was added since this was last asked. */
  take(): number {
    const open = this.#open;
    this.#open = 0;
    return open;
  }
}

/**
 * A counter that is added to with each request. What is added waits here until somebody reads the
 * counter: prom-client looks up a series by a text that it makes of its labels each time, which
 * takes ten times as long as all the rest.
 */
export class Tallies<L extends string> {
  readonly #names: readonly L[];
  readonly #counter: Counter<L>;
  readonly #tallies = new Map<string, { labels: Partial<Record<L, string>>; tally: Tally }>();

  constructor(
    options: Pick<CounterConfiguration<L>, "name" | "help" | "registers"> & { labelNames: L[] },
  ) {
    this.#names = options.labelNames;
    this.#counter = new Counter({ ...options, collect: () => this.#handOver() });
  }

  /** The series of these labels; it is shown once something was added. */
  labels(...values: string[]): Tally {
    const key = JSON.stringify(values);
    const known = this.#tallies.get(key);
    if (known) return known.tally;
    const labels: Partial<Record<L, string>> = {};
    for (const [i, name] of this.#names.entries()) labels[name] = values[i];
    const tally = new Tally();
    this.#tallies.set(key, { labels, tally });
    return tally;
  }

  /** Removes a series, with what waits for it. */
  remove(...values: string[]): void {
    this.#tallies.delete(JSON.stringify(values));
    this.#counter.remove(...values);
  }

  #handOver(): void {
    for (const { labels, tally } of this.#tallies.values()) {
      const amount = tally.take();
      if (amount > 0) this.#counter.inc(labels, amount);
    }
  }
}
