import { createHash } from "node:crypto";
import { ServiceError } from "../../errors/service-error.ts";
import { JsonExcessError, parseFlatJson } from "../../runtime/parse-json.ts";
import { cut } from "../../runtime/text-limits.ts";
import { dataLines, type DataLine } from "./data-lines.ts";
import { exampleOf, type ExampleResult } from "./training-example.ts";

/**
 * The most that training data may hold. What is remembered of an example takes some 150 bytes of
 * memory; the texts themselves are never in memory together.
 */
export interface DataLimits {
  bytes: number;
  /** Bytes of a line: some 250 000 tokens, more than models are trained on at once. */
  lineBytes: number;
  examples: number;
}

export const DATA_LIMITS: DataLimits = {
  bytes: 8 * 2 ** 30,
  lineBytes: 2 ** 20,
  examples: 1_000_000,
};

/** A line that is no example. */
export interface DataMistake {
  line: number;
  problem: string;
}

/** Mistakes that are named; of more there is the count. */
const MAX_NAMED = 10;
/** Characters of what is said about one of them, so that ten fit into an error's message. */
const MAX_PROBLEM = 150;
/** Of an example's digest: two of a million are the same by chance once in 10^17 files. */
const KEY_BYTES = 12;

/** It drops a mark of the byte order, which files put together have also in the middle. */
const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Reads training data line by line, and keeps count of what it finds. */
export class DataCheck {
  duplicates = 0;
  emptyLines = 0;
  /** Where each example ends among those that were given out. */
  readonly ends: number[] = [];
  readonly #limits: DataLimits;
  readonly #mistakes: DataMistake[] = [];
  #mistakeCount = 0;
  readonly #known = new Set<string>();

  constructor(limits: DataLimits) {
    this.#limits = limits;
  }

  /**
   * The examples in the one form, each as a line. From the first mistake on there are none; the
   * rest is only checked.
   * @throws ServiceError `invalid_request` for more than may be; what reading throws.
   */
  async *examples(pieces: AsyncIterable<Uint8Array | string>): AsyncGenerator<Buffer> {
    let end = 0;
    for await (const line of dataLines(this.#bounded(pieces), this.#limits.lineBytes)) {
      const result = this.#read(line);
      if (!result) {
        this.emptyLines += 1;
      } else if ("problem" in result) {
        this.#note(line.number, result.problem);
      } else {
        const bytes = Buffer.from(`${JSON.stringify({ messages: result.messages })}\n`);
        if (this.#mistakeCount > 0 || this.#isKnown(bytes)) continue;
        this.#assertRoom(line.number);
        end += bytes.byteLength;
        this.ends.push(end);
        yield bytes;
      }
    }
  }

  /** @throws ServiceError `invalid_request` that names the first ten mistakes. */
  assertUsable(): void {
    const count = this.#mistakeCount;
    if (count > 0) {
      const named = this.#mistakes.map(({ line, problem }) => `line ${line}: ${problem}`);
      const start = count === 1 ? "1 line is no example" : `${count} lines are no examples`;
      const first = count > named.length ? `, the first ${named.length}` : "";
      throw dataError(`${start}${first}: ${named.join("; ")}`, {
        mistakes: this.#mistakes,
        mistake_count: count,
      });
    }
    if (this.ends.length === 0) throw dataError("there is no example in it");
  }

  /** What a line says; undefined when it is empty. */
  #read({ bytes }: DataLine): ExampleResult | undefined {
    if (!bytes) return { problem: `is longer than ${this.#limits.lineBytes} bytes` };
    let text: string;
    try {
      text = utf8.decode(bytes);
    } catch {
      return { problem: "is not UTF-8" };
    }
    if (text.trim() === "") return undefined;
    try {
      return exampleOf(parseFlatJson(text));
    } catch (err) {
      if (err instanceof JsonExcessError) return { problem: "has more JSON than can be read" };
      if (err instanceof SyntaxError) return { problem: `is not JSON: ${err.message}` };
      throw err;
    }
  }

  #note(line: number, problem: string): void {
    this.#mistakeCount += 1;
    if (this.#mistakes.length >= MAX_NAMED) return;
    this.#mistakes.push({ line, problem: cut(problem, MAX_PROBLEM) });
  }

  /** An example that is there twice would be learned by heart, or be in both parts. */
  #isKnown(bytes: Buffer): boolean {
    const digest = createHash("sha256").update(bytes).digest();
    const key = digest.toString("latin1", 0, KEY_BYTES);
    if (this.#known.has(key)) {
      this.duplicates += 1;
      return true;
    }
    this.#known.add(key);
    return false;
  }

  #assertRoom(line: number): void {
    const { examples } = this.#limits;
    if (this.ends.length < examples) return;
    throw dataError(`line ${line}: there are more than ${examples} examples`);
  }

  async *#bounded(pieces: AsyncIterable<Uint8Array | string>): AsyncGenerator<Uint8Array | string> {
    let bytes = 0;
    for await (const piece of pieces) {
      bytes += Buffer.byteLength(piece);
      if (bytes > this.#limits.bytes)
        throw dataError(`it is longer than ${this.#limits.bytes} bytes`);
      yield piece;
    }
  }
}

/** The error for training data that cannot be used. */
export function dataError(problem: string, fields?: Record<string, unknown>): ServiceError {
  const details = { param: "source", ...(fields ? { fields } : {}) };
  return new ServiceError("invalid_request", `training data: ${problem}`, details);
}
