import { flat } from "../runtime/text-limits.ts";

interface ServerWordsOptions {
  /** Told a line of the server's error output. */
  say: (line: string) => void;
  /** Told how many lines were left out, when some can be told again. */
  leftOut: (lines: number) => void;
  /** The time in milliseconds, for tests. */
  now?: () => number;
}

const LINE_CHARS = 500;
const WINDOW_MS = 10_000;
const LINES_A_WINDOW = 20;

/**
 * A server's error output on its way to the log: lines, cut where they are long, and only so many in
 * ten seconds.
 */
export class ServerWords {
  readonly #options: ServerWordsOptions;
  readonly #now: () => number;
  #line = "";
  #windowEnds = 0;
  #said = 0;
  #leftOut = 0;

  constructor(options: ServerWordsOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /** More of the output. */
  add(piece: string): void {
    let from = 0;
    for (let end = piece.indexOf("\n"); end >= 0; end = piece.indexOf("\n", from)) {
      this.#append(piece, from, end);
      from = end + 1;
      this.#endLine();
    }
    this.#append(piece, from, piece.length);
  }

  /** The output has ended. */
  end(): void {
    this.#endLine();
    this.#tellLeftOut();
  }

  #append(piece: string, from: number, to: number): void {
    const room = LINE_CHARS + 1 - this.#line.length;
    if (room > 0) this.#line += piece.slice(from, Math.min(to, from + room));
  }

  #endLine(): void {
    const line = this.#line.trim();
    this.#line = "";
    if (line === "") return;
    const now = this.#now();
    if (now >= this.#windowEnds) {
      this.#tellLeftOut();
      this.#windowEnds = now + WINDOW_MS;
      this.#said = 0;
    }
    if (this.#said >= LINES_A_WINDOW) {
      this.#leftOut += 1;
      return;
    }
    this.#said += 1;
    this.#options.say(line.length > LINE_CHARS ? `${line.slice(0, LINE_CHARS)}…` : flat(line));
  }

  #tellLeftOut(): void {
    if (this.#leftOut > 0) this.#options.leftOut(this.#leftOut);
    this.#leftOut = 0;
  }
}
