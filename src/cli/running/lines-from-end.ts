import { closeSync, fstatSync, openSync, readSync } from "node:fs";

const PIECE_BYTES = 65_536;
const LINE_FEED = 10;

/**
 * The lines of a file, the last one first; what follows the last line feed is not whole, and left
 * out. Only a piece of the file is in memory, and a line.
 * @param before the place where reading starts, in bytes; the end where it is not said
 */
export function* linesFromEnd(path: string, before = Infinity): Generator<string> {
  const file = openSync(path, "r");
  try {
    let end = Math.min(before, fstatSync(file).size);
    let isWhole = false;
    // The pieces of a line whose beginning is not read yet, the last one first.
    let line: Buffer[] = [];
    while (end > 0) {
      const begin = Math.max(0, end - PIECE_BYTES);
      let piece = Buffer.alloc(end - begin);
      piece = piece.subarray(0, readSync(file, piece, 0, piece.length, begin));
      end = begin;
      for (let at = piece.lastIndexOf(LINE_FEED); at >= 0; at = piece.lastIndexOf(LINE_FEED)) {
        line.push(piece.subarray(at + 1));
        if (isWhole) yield whole(line);
        isWhole = true;
        line = [];
        piece = piece.subarray(0, at);
      }
      line.push(piece);
    }
    if (isWhole) yield whole(line);
  } finally {
    closeSync(file);
  }
}

function whole(pieces: Buffer[]): string {
  return Buffer.concat(pieces.toReversed()).toString("utf8");
}
