/** A longer line is not kept whole: what says how an answer went stands near its end. */
const MAX_BYTES = 65_536;

/** Pieces that end a line, of which the last is kept with those before it: OpenAI's streams say
 * what was used in the event before `[DONE]`. */
const LINE_ENDS = 4;

const LINE_FEED = 10;

/**
 * The last lines of an answer that is passed on. It holds on to its last pieces, mostly four of
 * them, and copies nothing.
 */
export class Tail {
  readonly #pieces: Uint8Array[] = [];
  #bytes = 0;
  #lineEnds = 0;

  /** Takes up a piece as it is passed on; nobody may write into it afterwards. */
  add(piece: Uint8Array): void {
    this.#pieces.push(piece);
    this.#bytes += piece.length;
    if (piece[piece.length - 1] === LINE_FEED) this.#lineEnds += 1;
    while (this.#lineEnds > LINE_ENDS || (this.#bytes > MAX_BYTES && this.#pieces.length > 1)) {
      const [first] = this.#pieces;
      if (!first) return;
      this.#pieces.shift();
      this.#bytes -= first.length;
      if (first[first.length - 1] === LINE_FEED) this.#lineEnds -= 1;
    }
  }

  /** The last text of the answer, up to 64 KiB. It may begin in the middle of a line. */
  text(): string {
    return Buffer.concat(this.#pieces).subarray(-MAX_BYTES).toString("utf8");
  }
}
