interface GathererOptions<T> {
  /** How long the first one waits for others; 0: only while as many are sent as may be. */
  waitMs: number;
  /** A full gathering waits no longer. */
  maxItems: number;
  maxBytes: number;
  /** Gatherings that are sent at once. */
  atOnce: number;
  /** Sends what was gathered. Does not reject. */
  send: (items: T[]) => Promise<void>;
  /** Told when nothing is left, neither gathered nor on its way. */
  onIdle: () => void;
}

/** Gathers items for a moment, so that they can be sent together. */
export class Gatherer<T extends { bytes: number }> {
  readonly #options: GathererOptions<T>;
  /** Gatherings that take no more. */
  readonly #closed: T[][] = [];
  #open: T[] = [];
  #openBytes = 0;
  /** The open gathering need not wait for more. */
  #isDue = false;
  #timer: NodeJS.Timeout | undefined;
  #sending = 0;

  constructor(options: GathererOptions<T>) {
    this.#options = options;
  }

  /** @param part items that stay together; an empty gathering has room for them. */
  add(part: T[]): void {
    const { waitMs, maxItems, maxBytes } = this.#options;
    const bytes = part.reduce((sum, item) => sum + item.bytes, 0);
    const fits = this.#open.length + part.length <= maxItems && this.#openBytes + bytes <= maxBytes;
    if (!fits && this.#open.length > 0) this.#close();
    this.#open.push(...part);
    this.#openBytes += bytes;
    if (this.#open.length >= maxItems || this.#openBytes >= maxBytes) this.#close();
    else if (waitMs === 0) this.#isDue = true;
    else this.#timer ??= setTimeout(() => this.#waitIsOver(), waitMs);
    this.#sendDue();
  }

  #waitIsOver(): void {
    this.#timer = undefined;
    this.#isDue = true;
    this.#sendDue();
  }

  #close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#closed.push(this.#open);
    this.#open = [];
    this.#openBytes = 0;
    this.#isDue = false;
  }

  #sendDue(): void {
    while (this.#sending < this.#options.atOnce) {
      if (this.#closed.length === 0 && this.#isDue) this.#close();
      const items = this.#closed.shift();
      if (!items) return;
      this.#sending += 1;
      void this.#options.send(items).then(() => this.#sent());
    }
  }

  #sent(): void {
    this.#sending -= 1;
    this.#sendDue();
    if (this.#sending === 0 && this.#open.length === 0) this.#options.onIdle();
  }
}
