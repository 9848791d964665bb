import { awakeNow } from "../runtime/awake-clock.ts";

/**
 * How long a client has held up its answer: bytes were there for it, and it did not take them. Noted
 * only where a write finds that the client does not keep up, so that a piece costs nothing.
 */
export class HeldUp {
  #ms = 0;
  #since: number | undefined;

  /** Milliseconds so far. */
  get ms(): number {
    return this.#since === undefined ? this.#ms : this.#ms + awakeNow() - this.#since;
  }

  /** Whether the client holds it up at this moment. */
  get isNow(): boolean {
    return this.#since !== undefined;
  }

  /** The client does not keep up; further calls do nothing. */
  begin(): void {
    this.#since ??= awakeNow();
  }

  /** It has taken what there was, or will take nothing more. */
  end(): void {
    this.#ms = this.ms;
    this.#since = undefined;
  }
}
