interface GathererOptions<T> {
  /** How long the first item waits for others; 0: only while `atOnce` batches are being sent. */
  waitMs: number;
  /** A full batch is sent at once. */
  maxItems: number;
  maxBytes: number;
  /** Batches that are sent at a time. */
  atOnce: number;
  /** Sends a batch. Does not reject. */
  send: (items: T[]) => Promise<void>;
  /** Called when nothing waits and nothing is being sent. */
  onIdle: () => void;
}

/** Gathers items for a moment into batches that are sent together. */
export class Gatherer<T extends { bytes: number }> {
  readonly #options: GathererOptions<T>;
  /** Batches that take no more items. */
  readonly #closed: T[][] = [];
  #open: T[] = [];
  #openBytes = 0;
  /** The open batch need not wait for more items. */
  #isDue = false;
  #timer: NodeJS.Timeout | undefined;
  #sending = 0;

  constructor(options: GathererOptions<T>) {
    this.#options = options;
  }

  /** Adds items. @param part stays together; an empty batch has room for it. */
  add(part: T[]): void {
    const { waitMs, maxItems, maxBytes } = this.#options;
    const bytes = part.reduce((sum, item) => sum + item.bytes, 0);
    const fits = this.#open.length + part.length <= maxItems && this.#openBytes + bytes <= maxBytes;
    if (!fits && this.#open.length > 0) this.#close();
    this.#open.push(...part);
    this.#openBytes += bytes;
    if (this.#open.length >= maxItems || this.#openBytes >= maxBytes) this.#close();
    else if (waitMs === 0) this.#isDue = true;
    else {
      this.#timer ??= setTimeout(() => {
        this.#isDue = true;
        this.#sendDue();
      }, waitMs);
    }
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
      void this.#options.send(items).then(() => {
        this.#sending -= 1;
        this.#sendDue();
        if (this.#sending === 0 && this.#open.length === 0) this.#options.onIdle();
      });
    }
  }
}
