/**
 * Bodies up to this size are read, kept and sent in one go, without a place in the body budget:
 * nearly every request is one of them.
 */
export const SMALL_BODY_BYTES = 65_536;

/** Up to this size a body is given in one piece: to join more would hold up the main thread. */
const ONE_PIECE_BYTES = 8 * 1_048_576;

/** Memory for a large body is taken in blocks of this size, as its bytes come. */
const BLOCK_BYTES = 1_048_576;

/** A small body may come in so many reads; with more of them each would cost more than its bytes. */
const MAX_LOOSE = 16;

/**
 * Gathers a body as its chunks come. A large one is copied into blocks right away: its chunks may
 * be of one byte, whose objects would take a hundred times their memory, and at the end there is
 * nothing left to be joined.
 */
export class BodyPieces {
  readonly #declaredBytes: number | undefined;
  #loose: Uint8Array[] = [];
  #blocks: Uint8Array[] = [];
  #filled = 0;
  #bytes = 0;

  /** @param declaredBytes the body's length where it is known; never more than that is added. */
  constructor(declaredBytes: number | undefined) {
    this.#declaredBytes = declaredBytes;
  }

  get byteLength(): number {
    return this.#bytes;
  }

  /** Adds a chunk; a large one is copied. */
  add(chunk: Uint8Array): void {
    this.#bytes += chunk.byteLength;
    if (this.#blocks.length > 0) return this.#copy(chunk);
    this.#loose.push(chunk);
    if (this.#bytes <= SMALL_BODY_BYTES && this.#loose.length <= MAX_LOOSE) return;
    for (const loose of this.#loose.splice(0)) this.#copy(loose);
  }

  /** The body in its order: one piece up to 8 MiB. What was gathered is not kept. */
  take(): Uint8Array[] {
    const last = this.#blocks.pop();
    const pieces = [...this.#blocks, ...(last ? [last.subarray(0, this.#filled)] : this.#loose)];
    this.#blocks = [];
    this.#loose = [];
    return pieces.length < 2 || this.#bytes > ONE_PIECE_BYTES ? pieces : [joinedPieces(pieces)];
  }

  #copy(chunk: Uint8Array): void {
    let from = 0;
    while (from < chunk.byteLength) {
      let block = this.#blocks.at(-1);
      if (!block || this.#filled === block.byteLength) {
        block = this.#newBlock();
        this.#blocks.push(block);
        this.#filled = 0;
      }
      const part = chunk.subarray(from, from + block.byteLength - this.#filled);
      block.set(part, this.#filled);
      this.#filled += part.byteLength;
      from += part.byteLength;
    }
  }

  /** In memory of its own, which can be handed over to a thread. */
  #newBlock(): Uint8Array {
    const declared = this.#declaredBytes;
    if (declared === undefined) {
      const isFirst = this.#blocks.length === 0;
      return Buffer.allocUnsafeSlow(isFirst ? SMALL_BODY_BYTES : BLOCK_BYTES);
    }
    const left = declared - BLOCK_BYTES * this.#blocks.length;
    return Buffer.allocUnsafeSlow(declared <= ONE_PIECE_BYTES ? left : Math.min(BLOCK_BYTES, left));
  }
}

/** A body's pieces as one; a single one as it is. */
export function joinedPieces(pieces: Uint8Array[]): Uint8Array {
  const [only] = pieces;
  return only && pieces.length === 1 ? only : Buffer.concat(pieces);
}

/** The bytes of all pieces. */
export function lengthOf(pieces: Uint8Array[]): number {
  return pieces.reduce((sum, { byteLength }) => sum + byteLength, 0);
}
