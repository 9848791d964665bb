/** What says how an answer went stands in so many of its last bytes. */
const ENOUGH_BYTES = 2048;

/**
 * The end of an answer that is passed on: its last four pieces, or the last one alone where that is
 * long. OpenAI's streams say what was used in the event before `[DONE]`, and an event is mostly a
 * piece. Pieces are held, not copied: it takes some nanoseconds a piece, and up to 70 KiB a stream.
 */
export class Tail {
  #fourthLast: Uint8Array | undefined;
  #thirdLast: Uint8Array | undefined;
  #secondLast: Uint8Array | undefined;
  #last: Uint8Array | undefined;

  /** Adds a piece as it is passed on; it must not be written into afterwards. */
  add(piece: Uint8Array): void {
    const isEnough = piece.length >= ENOUGH_BYTES;
    this.#fourthLast = isEnough ? undefined : this.#thirdLast;
    this.#thirdLast = isEnough ? undefined : this.#secondLast;
    this.#secondLast = isEnough ? undefined : this.#last;
    this.#last = piece;
  }

  /** The last bytes of the answer, each as a character. They may begin in the middle of a line. */
  text(): string {
    const { length: lastLength = 0 } = this.#last ?? {};
    const from = Math.max(0, lastLength - ENOUGH_BYTES);
    return (
      textOf(this.#fourthLast) +
      textOf(this.#thirdLast) +
      textOf(this.#secondLast) +
      textOf(this.#last?.subarray(from))
    );
  }
}

function textOf(piece: Uint8Array | undefined): string {
  if (!piece) return "";
  return Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength).toString("latin1");
}
