import { createInterface, type Interface, type Key } from "node:readline";
import { QuietOutput } from "./quiet-output.ts";

/** What comes from the keyboard. */
export type TypedLine =
  | { kind: "line"; line: string; isPasted: boolean }
  /** Ctrl-C where nothing was typed. */
  | { kind: "interrupt" }
  /** Ctrl-C with something on the line, which is gone. */
  | { kind: "cleared" }
  | { kind: "end" };

/** A line that nobody has taken yet. */
interface Waiting {
  typed: TypedLine;
  /** It was shown while it was typed. */
  wasSeen: boolean;
}

interface LinesOptions {
  input: NodeJS.ReadStream;
  output: NodeJS.WriteStream;
  /** Earlier lines, the newest first. */
  history: string[];
  mostHistory?: number;
}

/** Has the terminal mark what is pasted, so that its line ends are told from Enter. */
const MARK_PASTES = "\u001B[?2004h";
const MARK_NO_PASTES = "\u001B[?2004l";

/** Lines from a terminal, with arrow keys and history, also while an answer is being shown. */
export class ChatLines {
  readonly #lines: Interface;
  readonly #output: QuietOutput;
  readonly #terminal: NodeJS.WriteStream;
  readonly #input: NodeJS.ReadStream;
  readonly #waiting: Waiting[] = [];
  #wake: (() => void) | undefined;
  #isPasting = false;
  #isClosed = false;
  /** Gets Ctrl-C while it is there. */
  onInterrupt: (() => void) | undefined;

  constructor({ input, output, history, mostHistory = 1000 }: LinesOptions) {
    this.#terminal = output;
    this.#input = input;
    this.#output = new QuietOutput(output);
    this.#lines = createInterface({
      input,
      output: this.#output,
      terminal: true,
      history,
      historySize: mostHistory,
      removeHistoryDuplicates: true,
    });
    input.on("keypress", this.#pressed);
    this.#lines.on("line", (line) => {
      this.#add({ kind: "line", line, isPasted: this.#isPasting });
    });
    this.#lines.on("SIGINT", () => this.#interrupted());
    this.#lines.on("close", () => {
      this.#isClosed = true;
      this.#add({ kind: "end" });
    });
    output.write(MARK_PASTES);
  }

  /** The next line, with this in front of it. */
  async next(prompt: string): Promise<TypedLine> {
    this.#lines.setPrompt(prompt);
    const waiting = this.#waiting.shift();
    if (waiting) {
      const { typed, wasSeen } = waiting;
      if (typed.kind === "line" && !wasSeen) this.#terminal.write(`${prompt}${typed.line}\n`);
      return typed;
    }
    this.#output.isQuiet = false;
    if (!this.#isClosed) this.#lines.prompt(true);
    while (this.#waiting.length === 0) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    this.#output.isQuiet = true;
    return this.#waiting.shift()?.typed ?? { kind: "end" };
  }

  /** Gives the terminal back as it was. */
  close(): void {
    this.#input.off("keypress", this.#pressed);
    this.#lines.close();
    this.#output.destroy();
    this.#terminal.write(MARK_NO_PASTES);
  }

  #interrupted(): void {
    if (this.onInterrupt) {
      this.onInterrupt();
      return;
    }
    const hasText = this.#lines.line !== "";
    if (hasText) this.#lines.write(null, { ctrl: true, name: "e" });
    if (hasText) this.#lines.write(null, { ctrl: true, name: "u" });
    this.#terminal.write("\n");
    this.#add({ kind: hasText ? "cleared" : "interrupt" });
  }

  #add(typed: TypedLine): void {
    this.#waiting.push({ typed, wasSeen: !this.#output.isQuiet });
    this.#wake?.();
  }

  readonly #pressed = (_text: string | undefined, key: Key | undefined): void => {
    if (key?.name === "paste-start") this.#isPasting = true;
    if (key?.name === "paste-end") this.#isPasting = false;
  };
}
