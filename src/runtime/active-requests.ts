import { awakeTimeout } from "./awake-timeout.ts";

/** Counts requests under way, so that a stop can wait for the last of them. */
export class ActiveRequests {
  #count = 0;
  #waiters: (() => void)[] = [];
  #isCutOff = false;

  get size(): number {
    return this.#count;
  }

  /** Whether a stop has waited long enough: what is still under way is broken off. */
  get isCutOff(): boolean {
    return this.#isCutOff;
  }

  /** A request has begun. */
  enter(): void {
    this.#count += 1;
  }

  /** A request has ended. */
  leave(): void {
    this.#count -= 1;
    if (this.#count > 0) return;
    for (const tell of this.#waiters.splice(0)) tell();
  }

  /** Settles when nothing is under way, or after `limitMs`; then the rest is to be broken off. */
  async idle(limitMs: number): Promise<void> {
    if (this.#count === 0) return;
    await new Promise<void>((resolve) => {
      const callOff = awakeTimeout(limitMs, resolve);
      this.#waiters.push(() => {
        callOff();
        resolve();
      });
    });
    this.#isCutOff = this.#count > 0;
  }
}
