import type { Token } from "node-llama-cpp";

/** The replacement for bytes that are no character. */
const REPLACEMENT = "\uFFFD";
/** A UTF-8 character has at most four bytes, and a token at least one. */
const MAX_HELD_TOKENS = 4;
/**
 * The spellings of U+FFFD in vocabularies: itself, its bytes as GPT-2's letters, a token for each
 * byte.
 */
const SPELLINGS = [REPLACEMENT, "\u00EF\u00BF\u00BD", "<0xEF><0xBF><0xBD>"];

/** The text of tokens, given the tokens before them. */
export type Detokenize = (tokens: readonly Token[], before: readonly Token[]) => string;

export type TokenTextOptions = {
  readonly detokenize: Detokenize;
  /** The model's tokens as its file spells them. */
  readonly vocabulary: readonly string[];
};

/**
 * Turns tokens into text one by one. A character whose bytes are spread over tokens is held until
 * it is complete. Bytes that make no character are left out, as in Ollama: U+FFFD comes only from a
 * model that writes it.
 */
export class TokenText {
  readonly #detokenize: Detokenize;
  readonly #vocabulary: readonly string[];
  readonly #before: Token[] = [];
  #held: Token[] = [];

  constructor({ detokenize, vocabulary }: TokenTextOptions) {
    this.#detokenize = detokenize;
    this.#vocabulary = vocabulary;
  }

  push(token: Token): string {
    this.#held.push(token);
    const text = this.#detokenize(this.#held, this.#before);
    const isOpen = text.endsWith(REPLACEMENT) && !this.#saysReplacement();
    if (isOpen && this.#held.length < MAX_HELD_TOKENS) return "";
    return this.#settle(text);
  }

  /** The complete characters of the held tokens, at the end of the text. */
  flush(): string {
    if (this.#held.length === 0) return "";
    return this.#settle(this.#detokenize(this.#held, this.#before));
  }

  #settle(text: string): string {
    const whole =
      text.includes(REPLACEMENT) && !this.#saysReplacement()
        ? text.replaceAll(REPLACEMENT, "")
        : text;
    this.#before.push(...this.#held);
    this.#before.splice(0, Math.max(0, this.#before.length - MAX_HELD_TOKENS));
    this.#held = [];
    return whole;
  }

  /** Whether the held tokens spell U+FFFD, rather than bytes that are no character. */
  #saysReplacement(): boolean {
    const spelt = this.#held.map((token) => this.#vocabulary[token] ?? "").join("");
    return SPELLINGS.some((spelling) => spelt.includes(spelling));
  }
}
