/** No line of a log is longer, whatever a program or an error puts into it. */
export const MAX_LINE_BYTES = 8192;

const CUT = " … (cut)";
/** What is kept of a line that is too long, so that with `CUT` and its end it is not. */
const KEPT_BYTES = MAX_LINE_BYTES - 32;

/**
 * Cuts the long lines of a text that comes in pieces. What is behind the limit is dropped up to
 * the line's end, also where that comes pieces later or never.
 */
export class BoundedLines {
  /** Bytes of the line that has begun. */
  #bytes = 0;

  /** @returns the piece, without what is too much of its lines. */
  cut(piece: string): string {
    const pieceBytes = Buffer.byteLength(piece);
    if (this.#bytes + pieceBytes <= KEPT_BYTES) {
      const lastEnd = piece.lastIndexOf("\n");
      this.#bytes =
        lastEnd < 0 ? this.#bytes + pieceBytes : Buffer.byteLength(piece.slice(lastEnd + 1));
      return piece;
    }
    const [first = "", ...others] = piece.split("\n");
    let result = this.#part(first);
    for (const line of others) {
      this.#bytes = 0;
      result += `\n${this.#part(line)}`;
    }
    return result;
  }

  #part(text: string): string {
    const room = KEPT_BYTES - this.#bytes;
    const textBytes = Buffer.byteLength(text);
    // One more than may be kept: the cut is noted once a line.
    this.#bytes = Math.min(KEPT_BYTES + 1, this.#bytes + textBytes);
    if (textBytes <= room) return text;
    return room < 0 ? "" : Buffer.from(text).toString("utf8", 0, room) + CUT;
  }
}
