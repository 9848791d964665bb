import type { Token } from "node-llama-cpp";

const REPLACEMENT = "\uFFFD";
/** A UTF-8 character has at most four bytes, and a token at least one. */
const MAX_HELD_TOKENS = 4;

/** Text of tokens, given those before them. */
export type Detokenize = (tokens: readonly Token[], before: readonly Token[]) => string;

/**
 * Turns tokens into text one by one; a character whose bytes are spread over tokens is held until
 * it is whole.
 */
export class TokenText {
  readonly #detokenize: Detokenize;
  readonly #before: Token[] = [];
  #held: Token[] = [];

  constructor(detokenize: Detokenize) {
    this.#detokenize = detokenize;
  }

  push(token: Token): string {
    this.#held.push(token);
    const text = this.#detokenize(this.#held, this.#before);
    if (text.endsWith(REPLACEMENT) && this.#held.length < MAX_HELD_TOKENS) return "";
    this.#settle();
    return text;
  }

  /** What is left of an unfinished character when the answer ends. */
  flush(): string {
    if (this.#held.length === 0) return "";
    const text = this.#detokenize(this.#held, this.#before);
    this.#settle();
    return text;
  }

  #settle(): void {
    this.#before.push(...this.#held);
    this.#before.splice(0, Math.max(0, this.#before.length - MAX_HELD_TOKENS));
    this.#held = [];
  }
}
