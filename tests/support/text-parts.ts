import { within } from "./deadline.ts";

/** Reads a streamed answer part by part, as a client does that shows parts as they come. */
export class TextParts {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #decoder = new TextDecoder();
  readonly #what: string;
  readonly #end: string;
  #rest = "";

  /**
   * @param what the parts' name in errors.
   * @param end the text that ends each part.
   */
  constructor(answer: Response, { what, end }: { what: string; end: string }) {
    if (!answer.body) throw new Error("the answer has no body");
    this.#chunks = answer.body[Symbol.asyncIterator]();
    this.#what = what;
    this.#end = end;
  }

  /** The next part, without its end; undefined after the last one. */
  next(): Promise<string | undefined> {
    return within(this.#next(), `the next ${this.#what} of a stream`);
  }

  async #next(): Promise<string | undefined> {
    for (;;) {
      const at = this.#rest.indexOf(this.#end);
      if (at >= 0) {
        const part = this.#rest.slice(0, at);
        this.#rest = this.#rest.slice(at + this.#end.length);
        return part;
      }
      const { done, value } = await this.#chunks.next();
      if (done && this.#rest !== "") {
        throw new Error(`half a ${this.#what} at the end: ${this.#rest}`);
      }
      if (done) return undefined;
      this.#rest += this.#decoder.decode(value, { stream: true });
    }
  }
}
