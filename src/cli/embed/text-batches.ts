/** A text and the number of its line, from 1. */
export interface NumberedText {
  line: number;
  text: string;
}

interface BatchLimits {
  texts: number;
  characters: number;
}

/** As many as a request takes in a sensible time, and a body far below the service's limit. */
const LIMITS: BatchLimits = { texts: 256, characters: 256 * 1024 };

/** Lines in batches for one request each; empty lines are left out, and counted all the same. */
export async function* textBatches(
  lines: AsyncIterable<string> | Iterable<string>,
  { texts, characters }: BatchLimits = LIMITS,
): AsyncGenerator<NumberedText[]> {
  let batch: NumberedText[] = [];
  let length = 0;
  let line = 0;
  for await (const text of lines) {
    line += 1;
    if (text.trim() === "") continue;
    if (batch.length > 0 && length + text.length > characters) {
      yield batch;
      [batch, length] = [[], 0];
    }
    batch.push({ line, text });
    length += text.length;
    if (batch.length < texts) continue;
    yield batch;
    [batch, length] = [[], 0];
  }
  if (batch.length > 0) yield batch;
}
