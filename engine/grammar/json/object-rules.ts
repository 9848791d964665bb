import type { Alternatives, RuleBook, RuleRef, Sequence } from "../rules/rule-book.ts";
import { MAX_KEY_CHARS } from "../schema/counts.ts";
import type { ObjectShape, OtherNames, Property } from "../schema/objects.ts";
import type { Place } from "../schema/place.ts";
import { type Automaton, complement, intersect, ofWords } from "../text/automaton.ts";
import type { StepBudget } from "../text/step-budget.ts";
import { gap, space } from "./basics.ts";
import { spellText } from "./spell.ts";

export type ObjectOptions = {
  readonly book: RuleBook;
  /** The rule of a value that satisfies all of `places`. */
  readonly valueOf: (places: readonly Place[]) => RuleRef;
  readonly budget: StepBudget;
};

/** A position in an object. */
type At = {
  /**
   * The first property that may still come. The index after the last one stands for undeclared
   * properties.
   */
  readonly index: number;
  /** Properties written so far, and how many of them have names that are surely different. */
  readonly count: number;
  readonly different: number;
};

/**
 * The objects of a shape: declared properties in the order of declaration, others after them.
 *
 * Each property has one rule for "this one or a later one comes next" and one for "what follows
 * it". So the size grows with the number of properties, not with that of their combinations. Where
 * the number of properties is limited, both rules exist once for every count.
 */
export class ObjectRules {
  readonly #options: ObjectOptions;
  readonly #properties: readonly Property[];
  readonly #blank: RuleRef;
  /** Undeclared names, with their values. */
  readonly #others: readonly Sequence[];
  /** The index of the last required property: objects cannot end before it. */
  readonly #lastRequired: number;
  readonly #most: number;
  readonly #least: number;
  readonly #known = new Map<string, RuleRef>();
  readonly #open: { readonly ref: RuleRef; readonly alternatives: () => Alternatives }[] = [];

  constructor(options: ObjectOptions, shape: ObjectShape) {
    this.#options = options;
    this.#blank = space(options.book);
    const properties = [...shape.properties.values()];
    this.#properties = properties;
    this.#others = this.#otherNames(shape);
    const { counts } = shape;
    this.#lastRequired = properties.findLastIndex(({ required }) => required);
    const sure = properties.filter(({ required }) => required).length;
    this.#least = counts.min > sure ? counts.min : 0;
    const possible = this.#others.length > 0 ? Infinity : properties.length;
    this.#most = counts.max < possible ? counts.max : Infinity;
  }

  alternatives(): Alternatives {
    const start = { index: 0, count: 0, different: 0 };
    const first: Sequence = ["{", this.#blank, '"', this.#next(start), this.#blank, "}"];
    const all = this.#mayEnd(start) ? [["{", this.#blank, "}"], first] : [first];
    for (const { ref, alternatives } of this.#open) {
      this.#options.book.define(ref, alternatives());
    }
    return all;
  }

  /** From the name of this property, or of a later one, to the value of the last one. */
  #next(at: At): RuleRef {
    return this.#rule("next", at, () => {
      if (at.count >= this.#most) return [];
      const property = this.#properties[at.index];
      if (!property) return this.#others.map((other) => [...other, this.#after(this.#past(at))]);
      const named: Sequence = [...this.#named(property), this.#after(this.#past(at))];
      return property.required ? [named] : [named, [this.#next({ ...at, index: at.index + 1 })]];
    });
  }

  /** What follows a property. */
  #after(at: At): RuleRef {
    return this.#rule("after", at, () => {
      const more: Sequence = [",", this.#blank, '"', this.#next(at)];
      return this.#mayEnd(at) ? [more, []] : [more];
    });
  }

  /** Undeclared names may repeat each other, so only the first of them surely counts. */
  #past({ index, count, different }: At): At {
    const last = this.#properties.length + 1;
    return {
      index: Math.min(index + 1, last),
      count: this.#most === Infinity ? 0 : count + 1,
      different: index === last ? different : Math.min(different + 1, this.#least),
    };
  }

  #mayEnd({ index, different }: At): boolean {
    return index > this.#lastRequired && different >= this.#least;
  }

  /**
   * Rules are queued, not nested: an object may have more properties than the call stack is deep.
   */
  #rule(name: string, at: At, alternatives: () => Alternatives): RuleRef {
    const key = `${name} ${at.index} ${at.count} ${at.different}`;
    const known = this.#known.get(key);
    if (known) return known;
    const ref = this.#options.book.reserve();
    this.#known.set(key, ref);
    this.#open.push({ ref, alternatives });
    return ref;
  }

  #named({ name, places }: Property): Sequence {
    const { book, valueOf } = this.#options;
    return [`${JSON.stringify(name).slice(1)}:`, gap(book), valueOf(places)];
  }

  #otherNames({ properties, others }: ObjectShape): Sequence[] {
    const { budget } = this.#options;
    const written = others.filter((kind) => kind.written);
    if (written.length === 0) return [];
    const free = complement(ofWords([...properties.keys()], budget), budget);
    return written.map((kind) => this.#other(kind, free));
  }

  #other({ names, places }: OtherNames, free: Automaton): Sequence {
    const { book, valueOf, budget } = this.#options;
    const language = names ? intersect(free, names, budget) : free;
    return [
      spellText(book, language, { end: ['":'], most: MAX_KEY_CHARS }),
      gap(book),
      valueOf(places),
    ];
  }
}
