import { joinedPieces, lengthOf, SMALL_BODY_BYTES } from "./body-pieces.ts";

/** Handed to the socket at a time. */
const SLICE_BYTES = 262_144;

/**
 * A body on its way to the inference server. The sender takes its bytes out: nothing keeps a large
 * body while its answer is waited for, and no piece of it blocks the main thread.
 */
export class OutgoingBody {
  readonly byteLength: number;
  #onSent: () => void;
  #pieces: Uint8Array[];

  /** @param onSent called once when the last byte was handed over, or the sender has stopped. */
  constructor(pieces: Uint8Array[], onSent: () => void = () => {}) {
    this.#pieces = pieces;
    this.#onSent = onSent;
    this.byteLength = lengthOf(pieces);
  }

  /** Whether it is to be sent in slices; else whole. */
  get isLarge(): boolean {
    return this.byteLength > SMALL_BODY_BYTES;
  }

  /** All bytes in one piece; the body is empty afterwards. */
  whole(): Uint8Array {
    const body = joinedPieces(this.#take());
    this.#notifySent();
    return body;
  }

  /** The bytes in slices; the body is empty afterwards. */
  async *slices(): AsyncGenerator<Uint8Array> {
    const pieces = this.#take();
    try {
      for (let piece = pieces.shift(); piece; piece = pieces.shift()) {
        let at = 0;
        for (; at + SLICE_BYTES < piece.byteLength; at += SLICE_BYTES) {
          yield piece.subarray(at, at + SLICE_BYTES);
        }
        // A copy: a consumer that keeps the last chunk would keep all the memory around it.
        piece = new Uint8Array(piece.subarray(at));
        if (pieces.length === 0) this.#notifySent();
        yield piece;
      }
    } finally {
      this.#notifySent();
    }
  }

  #notifySent(): void {
    const onSent = this.#onSent;
    this.#onSent = () => {};
    onSent();
  }

  #take(): Uint8Array[] {
    const pieces = this.#pieces;
    this.#pieces = [];
    return pieces;
  }
}
