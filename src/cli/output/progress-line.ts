import type { Output } from "./output.ts";
import { cut } from "./text.ts";

const CLEAR_LINE = "\r\u001B[K";

/** One line on the standard error that says what is waited for; in a terminal it goes again. */
export class ProgressLine {
  readonly #out: Output;
  #shown = "";

  constructor(out: Output) {
    this.#out = out;
  }

  /** @param details what changes with time, for a terminal only */
  show(what: string, details = ""): void {
    const { stderr } = this.#out;
    // A line that the terminal breaks would not go again as a whole.
    if (stderr.isTTY) {
      stderr.write(CLEAR_LINE + cut(`${what}${details}`, (stderr.columns || 80) - 1));
    } else if (what !== this.#shown) stderr.write(`${what}\n`);
    this.#shown = what;
  }

  end(): void {
    const { stderr } = this.#out;
    if (stderr.isTTY && this.#shown !== "") stderr.write(CLEAR_LINE);
    this.#shown = "";
  }
}
