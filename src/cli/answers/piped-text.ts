import { fstatSync } from "node:fs";
import { WrongUse } from "../cli-error.ts";

/** A service takes no larger prompts, whatever its settings. */
const MOST_BYTES = 64 * 1_048_576;

const STANDARD_INPUT = 0;

/** Whether something is piped into the program, or a file is its input. */
export function isPiped(input: NodeJS.ReadStream): boolean {
  if (input.isTTY) return false;
  try {
    const found = fstatSync(STANDARD_INPUT);
    return found.isFIFO() || found.isFile() || found.isSocket();
  } catch {
    return false;
  }
}

/** All that is piped in. @throws WrongUse for more than any service takes. */
export async function pipedText(input: NodeJS.ReadableStream): Promise<string> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of input) {
    const bytes = Buffer.from(piece);
    length += bytes.byteLength;
    if (length > MOST_BYTES) {
      throw new WrongUse(`The input is larger than ${MOST_BYTES / 1_048_576} MiB: pipe in less`);
    }
    pieces.push(bytes);
  }
  return Buffer.concat(pieces).toString("utf8");
}
