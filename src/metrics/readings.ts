import { Counter, Gauge, type Metric, type Registry } from "prom-client";
import { PREFIX } from "./names.ts";

/** Figures by the values of a label. */
type ByValue = Iterable<readonly [value: string, figure: number]>;

/** Figures that others keep, and that are read when somebody asks for them. */
export class Readings {
  readonly #registry: Registry;
  readonly #prefix: string;

  /** @param prefix what the names begin with. */
  constructor(registry: Registry, prefix = PREFIX) {
    this.#registry = registry;
    this.#prefix = prefix;
  }

  /** A figure that goes up and down. */
  gauge(name: string, help: string, read: () => number | Promise<number>): void {
    this.#add(
      new Gauge({
        ...this.#about(name, help),
        async collect() {
          this.set(await read());
        },
      }),
    );
  }

  /** One for each value of a label. */
  gauges(label: string, name: string, help: string, read: () => ByValue): void {
    this.#add(
      new Gauge({
        ...this.#about(name, help),
        labelNames: [label],
        collect() {
          this.reset();
          for (const [value, figure] of read()) this.set({ [label]: value }, figure);
        },
      }),
    );
  }

  /** A 1 whose labels tell something. */
  facts(name: string, help: string, labels: Record<string, string>): void {
    const gauge = new Gauge({ ...this.#about(name, help), labelNames: Object.keys(labels) });
    gauge.set(labels, 1);
    this.#add(gauge);
  }

  /** A count since the start, which only grows. */
  total(name: string, help: string, read: () => number): void {
    this.#add(
      new Counter({
        ...this.#about(name, help),
        collect() {
          this.reset();
          this.inc(read());
        },
      }),
    );
  }

  #add(metric: Metric): void {
    this.#registry.registerMetric(metric);
  }

  #about(name: string, help: string) {
    return { name: this.#prefix + name, help, registers: [] };
  }
}
