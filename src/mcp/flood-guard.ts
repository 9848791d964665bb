import { McpFault } from "./mcp-fault.ts";
import { MAX_MESSAGE_BYTES } from "./message-limits.ts";

/** What a server may send in one window: it has next to nothing to say that it was not asked for. */
const WINDOW_MS = 10_000;
const MOST_BYTES = 16 * MAX_MESSAGE_BYTES;
const MOST_MESSAGES = 20_000;

/** Notices that a server sends more than can have been asked of it. */
export class FloodGuard {
  readonly #now: () => number;
  #windowEnds: number;
  #bytes = 0;
  #messages = 0;

  /** @param now the time in milliseconds, for tests. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
    this.#windowEnds = now() + WINDOW_MS;
  }

  /** Counts what has come. @throws McpFault when it is too much. */
  count(bytes: number, messages: number): void {
    const now = this.#now();
    if (now >= this.#windowEnds) {
      this.#windowEnds = now + WINDOW_MS;
      this.#bytes = 0;
      this.#messages = 0;
    }
    this.#bytes += bytes;
    this.#messages += messages;
    if (this.#bytes > MOST_BYTES || this.#messages > MOST_MESSAGES) {
      throw new McpFault("sent far more than it was asked for");
    }
  }
}
