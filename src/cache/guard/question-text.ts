import { canonical, loose } from "./canonical.ts";
import { isGuardable } from "./english.ts";
import { normaliseExact } from "./exact.ts";
import { plain } from "./plain.ts";

/**
 * A question as the guard reads it. Reading takes longer than comparing, so each step is done when it is first
 * asked for, and whoever compares a question again keeps this.
 */
export class QuestionText {
  readonly #text: string;
  #exact: string | undefined;
  #isGuardable: boolean | undefined;
  #form: string | undefined;
  #looseForm: string | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  /** Short plain English, so that a similar wording may answer it at all. */
  get isGuardable(): boolean {
    return (this.#isGuardable ??= isGuardable(this.#text));
  }

  /** Equal for texts that differ in nothing that could matter. */
  get exact(): string {
    return (this.#exact ??= normaliseExact(this.#text));
  }

  /** Equal for plain texts that ask the same in the same words; empty for other texts. */
  get form(): string {
    return (this.#form ??= canonical(plain(this.#text) ?? []));
  }

  /** As `form`, and equal for a few forms of the same question. */
  get looseForm(): string {
    return (this.#looseForm ??= loose(this.form));
  }
}
