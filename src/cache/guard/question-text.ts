import { isGuardable } from "./english.ts";
import { normaliseExact } from "./exact.ts";
import { type ParsedText, parse } from "./parse.ts";

/**
 * A question as the guard reads it. Reading takes longer than comparing, so each step is done when it is first
 * asked for, and whoever compares a question again keeps this.
 */
export class QuestionText {
  readonly #text: string;
  #exact: string | undefined;
  #isGuardable: boolean | undefined;
  #parsed: ParsedText | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  /** Short English prose, so that a similar wording may answer it at all. */
  get isGuardable(): boolean {
    return (this.#isGuardable ??= isGuardable(this.#text));
  }

  /** Equal for texts that differ in nothing that could matter. */
  get exact(): string {
    return (this.#exact ??= normaliseExact(this.#text));
  }

  get parsed(): ParsedText {
    return (this.#parsed ??= parse(this.#text));
  }
}
