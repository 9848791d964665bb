import type { Output } from "../output/output.ts";
import { cut } from "../output/text.ts";
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
    // A line that the terminal breaks would not go again as a whole.
    const shown = cut(`(${waitInWords(status)})`, (stderr.columns || 80) - 1);
    stderr.write(`${CLEAR_LINE}${errorStyle.dim(shown)}`);
    this.#isShown = true;
  }

  clear(): void {
    if (!this.#isShown) return;
    this.#out.stderr.write(CLEAR_LINE);
    this.#isShown = false;
  }
}
