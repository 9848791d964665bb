/** An event as it is sent, and who may see it. */
export interface KeptEvent {
  text: string;
  /** Of whose request; undefined: for everybody. */
  tenant: string | undefined;
  project: string | undefined;
}

interface RingOptions {
  maxEvents: number;
  /** Estimate of the memory that their texts take. */
  maxBytes: number;
  /** Told of each event that gives way to newer ones. */
  onDrop: (number: number, event: KeptEvent) => void;
}

const BYTES_PER_CHAR = 2;

/** The latest events by their numbers, which rise by one. Old ones give way. */
export class EventRing {
  readonly #options: RingOptions;
  readonly #events = new Map<number, KeptEvent>();
  #next = 1;
  #bytes = 0;

  constructor(options: RingOptions) {
    this.#options = options;
  }

  /** The number of the event that comes next. */
  get next(): number {
    return this.#next;
  }

  /** The number of the oldest that is kept; that of the next where none is. */
  get first(): number {
    return this.#next - this.#events.size;
  }

  get(number: number): KeptEvent | undefined {
    return this.#events.get(number);
  }

  /** @param make is given the number of the event. */
  add(make: (number: number) => KeptEvent): KeptEvent {
    const event = make(this.#next);
    this.#events.set(this.#next, event);
    this.#next += 1;
    this.#bytes += bytesOf(event);
    const { maxEvents, maxBytes, onDrop } = this.#options;
    for (const [number, old] of this.#events) {
      if (this.#events.size <= maxEvents && this.#bytes <= maxBytes) break;
      this.#events.delete(number);
      this.#bytes -= bytesOf(old);
      onDrop(number, old);
    }
    return event;
  }

  /** Forgets all. What comes next does not follow them: its number says so. */
  clear(): void {
    this.#events.clear();
    this.#bytes = 0;
    this.#next += 1;
  }
}

function bytesOf({ text }: KeptEvent): number {
  return text.length * BYTES_PER_CHAR;
}
