import type { Output } from "../output/output.ts";
import { waitInWords, type WaitStatus } from "./answer-parts.ts";

const CLEAR_LINE = "\r\u001B[K";

/** A line that says what a request waits for, and goes when the answer begins. */
export class WaitLine {
  readonly #out: Output;
  #isShown = false;

  constructor(out: Output) {
    this.#out = out;
  }

  show(status: WaitStatus): void {
    const { stderr, errorStyle } = this.#out;
    if (!stderr.isTTY) return;
    stderr.write(`${CLEAR_LINE}${errorStyle.dim(`(${waitInWords(status)})`)}`);
    this.#isShown = true;
  }

  clear(): void {
    if (!this.#isShown) return;
    this.#out.stderr.write(CLEAR_LINE);
    this.#isShown = false;
  }
}
