import { bufferOf } from "../../runtime/buffer-of.ts";

const NEWLINE = 0x0a;

/** A line of a file, without what ends it; undefined when it is longer than it may be. */
export interface DataLine {
  number: number;
  bytes: Buffer | undefined;
}

/**
 * The lines of a file that comes in pieces, however they are cut. Of a line that is longer than
 * `maxBytes` nothing is kept.
 */
export async function* dataLines(
  pieces: AsyncIterable<Uint8Array | string>,
  maxBytes: number,
): AsyncGenerator<DataLine> {
  let number = 1;
  let parts: Buffer[] = [];
  let length = 0;
  const take = (part: Buffer): void => {
    length += part.byteLength;
    if (length > maxBytes) parts = [];
    else if (part.byteLength > 0) parts.push(part);
  };
  const finish = (): DataLine => {
    const bytes = length > maxBytes ? undefined : Buffer.concat(parts, length);
    parts = [];
    length = 0;
    return { number: number++, bytes };
  };
  for await (const piece of pieces) {
    const bytes = typeof piece === "string" ? Buffer.from(piece) : bufferOf(piece);
    let from = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, from)) {
      take(bytes.subarray(from, end));
      yield finish();
      from = end + 1;
    }
    take(bytes.subarray(from));
  }
  if (length > 0) yield finish();
}
