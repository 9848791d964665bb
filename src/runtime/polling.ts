/** Looks at something again and again, one look at a time. */
export class Polling {
  readonly #look: () => Promise<void>;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;

  /** @param look never rejects. */
  constructor(look: () => Promise<void>) {
    this.#look = look;
  }

  /** Looks every so many milliseconds; keeps no process alive. */
  start(everyMs: number): void {
    this.#timer = setInterval(() => {
      this.#looking ??= this.#look().finally(() => (this.#looking = undefined));
    }, everyMs).unref();
  }

  /** Once this has settled nothing is looked at any more. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
  }
}
