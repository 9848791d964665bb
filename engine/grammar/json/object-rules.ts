import type { Alternatives, RuleBook, RuleRef, Sequence } from "../rules/rule-book.ts";
import type { ObjectShape, OtherNames, Property } from "../schema/objects.ts";
import type { Place } from "../schema/place.ts";
import { type Automaton, complement, intersect, ofWords } from "../text/automaton.ts";
import type { StepBudget } from "../text/step-budget.ts";
import { MAX_KEY_CHARS, gap, space } from "./basics.ts";
import { spellText } from "./spell.ts";

export type ObjectOptions = {
  readonly book: RuleBook;
  /** The rule of a value that satisfies some schemas. */
  readonly valueOf: (places: readonly Place[]) => RuleRef;
  readonly budget: StepBudget;
};

/** Where in an object a rule stands. */
type At = {
  /** The first property that may still come; after the last one there is room for others. */
  readonly index: number;
  /** Properties written so far, and how many of their names are surely different. */
  readonly count: number;
  readonly different: number;
};

/**
 * Objects of a shape, their properties in the order they are declared, others after them.
 *
 * For each property there is one rule for "this one or a later one comes next" and one for "what
 * follows it", so the size grows with the number of properties and not with that of their
 * combinations. Where their number is limited each of the two exists once for every count.
 */
export class ObjectRules {
  readonly #options: ObjectOptions;
  readonly #properties: readonly Property[];
  readonly #blank: RuleRef;
  /** Names that are not declared, with their values. */
  readonly #others: readonly Sequence[];
  /** Up to here objects cannot end. */
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

  /** From the name of the property at hand, or of a later one, to the last one's value. */
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

  /** Other names may repeat each other, so only the first of them surely counts. */
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

  /** Rules are filled one after the other: an object may have more properties than calls can nest. */
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
