import { TextParts } from "./text-parts.ts";

/** A line of JSON. */
export type JsonLine = Record<string, unknown>;

/** Reads lines of JSON one by one, as a client does that shows them as they come. */
export class LineReader {
  readonly #lines: TextParts;

  constructor(answer: Response) {
    this.#lines = new TextParts(answer, { what: "line", end: "\n" });
  }

  /** The next line; undefined at the end. */
  async next(): Promise<JsonLine | undefined> {
    const line = await this.#lines.next();
    return line === undefined ? undefined : (JSON.parse(line) as JsonLine);
  }

  /** All lines up to the end. */
  async rest(): Promise<JsonLine[]> {
    const lines: JsonLine[] = [];
    for (let line = await this.next(); line; line = await this.next()) lines.push(line);
    return lines;
  }
}

/** All lines of an answer. */
export function linesOf(answer: Response): Promise<JsonLine[]> {
  return new LineReader(answer).rest();
}
