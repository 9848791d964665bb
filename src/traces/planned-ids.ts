import { RandomIdGenerator, type IdGenerator } from "@opentelemetry/sdk-trace-base";

/** Random ids, of which some are given out before there is a span. */
export class PlannedIds implements IdGenerator {
  readonly #random = new RandomIdGenerator();
  #next: string | undefined;

  readonly generateTraceId = (): string => this.#random.generateTraceId();

  readonly generateSpanId = (): string => {
    const id = this.#next ?? this.#random.generateSpanId();
    this.#next = undefined;
    return id;
  };

  /** The id of a span that is made later. */
  plan(): string {
    return this.#random.generateSpanId();
  }

  /** The next span has this id. */
  use(id: string | undefined): void {
    this.#next = id;
  }
}
