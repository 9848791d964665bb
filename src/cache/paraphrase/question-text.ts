import { canonical, loose } from "./canonical.ts";
import { isShortEnglish } from "./english.ts";
import { exactOf } from "./exact.ts";
import { plain } from "./plain.ts";

/**
 * A question parsed for the judge. To parse takes longer than to compare, so each step is lazy, and a caller
 * that compares a question again keeps this.
 */
export class QuestionText {
  readonly #text: string;
  /** Parsed at once: everything else needs it. */
  readonly #sentences: readonly string[] | undefined;
  #exact: string | undefined;
  #isComparable: boolean | undefined;
  #form: string | undefined;
  #looseForm: string | undefined;

  constructor(text: string) {
    this.#text = text;
    this.#sentences = plain(text);
  }

  /** Short plain English, so that a similar wording may answer it at all. */
  get isComparable(): boolean {
    return (this.#isComparable ??= this.#sentences !== undefined && isShortEnglish(this.#text));
  }

  /** Equal for texts that differ in nothing that could matter. */
  get exact(): string {
    return (this.#exact ??= exactOf(this.#text, this.#sentences));
  }

  /** Equal for plain texts that ask the same in the same words; empty for other texts. */
  get form(): string {
    return (this.#form ??= canonical(this.#sentences ?? []));
  }

  /** As `form`, and equal for a few forms of the same question. */
  get looseForm(): string {
    return (this.#looseForm ??= loose(this.form));
  }
}

/** Whether a similar wording may answer a text at all: short plain English. */
export const isComparable = (text: string): boolean => new QuestionText(text).isComparable;
