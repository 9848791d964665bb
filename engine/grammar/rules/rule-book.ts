import type { CharRange } from "../text/char-ranges.ts";

/** A reference to a rule of the book that made it. */
export type RuleRef = { readonly rule: number };

/** A literal text, one character of a class, or another rule. */
export type Part = string | { readonly chars: readonly CharRange[] } | RuleRef;

/** Sequences of parts, of which any one may come; without a sequence nothing fits. */
export type Sequence = readonly Part[];
export type Alternatives = readonly Sequence[];

/** A grammar that is too large to check an answer with. */
export class TooLargeError extends Error {}

/**
 * The most parts of a grammar. llama.cpp reads it on the main thread once for every answer, some 10
 * ms for a hundred thousand parts.
 */
const MAX_PARTS = 200_000;

/** The rules of a grammar that is being compiled. */
export class RuleBook {
  readonly #rules: Alternatives[] = [];
  readonly #known = new Map<unknown, RuleRef>();
  #parts = 0;

  /** A rule whose alternatives are defined later, so that they can refer to it. */
  reserve(): RuleRef {
    return { rule: this.#rules.push([]) - 1 };
  }

  /** @throws {TooLargeError} */
  define({ rule }: RuleRef, alternatives: Alternatives): void {
    for (const sequence of alternatives) {
      this.#parts += 1;
      for (const part of sequence) this.#parts += weight(part);
    }
    if (this.#parts > MAX_PARTS) throw new TooLargeError("the schema makes too large a grammar");
    this.#rules[rule] = alternatives;
  }

  add(alternatives: Alternatives): RuleRef {
    const ref = this.reserve();
    this.define(ref, alternatives);
    return ref;
  }

  /** The rule of this name or object; `alternatives` is called once. */
  once(key: string | object, alternatives: (self: RuleRef) => Alternatives): RuleRef {
    const known = this.#known.get(key);
    if (known) return known;
    const ref = this.reserve();
    this.#known.set(key, ref);
    this.define(ref, alternatives(ref));
    return ref;
  }

  get rules(): readonly Alternatives[] {
    return this.#rules;
  }
}

function weight(part: Part): number {
  if (typeof part === "string") return part.length;
  return "chars" in part ? part.chars.length * 2 : 1;
}
