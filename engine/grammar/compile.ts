import { type Grammar, finishGrammar, shortestLengths } from "./rules/grammar.ts";
import { type Alternatives, RuleBook, type RuleRef, TooLargeError } from "./rules/rule-book.ts";
import { ambiguousBranches } from "./schema/ambiguity.ts";
import { exclusiveShape } from "./schema/exclusive.ts";
import type { Branch } from "./schema/flatten.ts";
import { type Place, refuse } from "./schema/place.ts";
import type { SchemaDocument } from "./schema/schema-document.ts";
import { SchemaResolver, keyOf } from "./schema/schema-resolver.ts";
import type { Shape } from "./schema/shape.ts";
import { unsatisfiable } from "./schema/unsatisfiable.ts";
import { shapeRules } from "./shape-rules.ts";
import { TooComplexError } from "./text/step-budget.ts";

/**
 * Parses of an answer that may be open at once. Where branches begin alike, each level of nesting
 * multiplies them, and llama.cpp follows all of them with every token.
 */
const MAX_WAYS = 300;

/** Steps of looking up a rule. */
const RULE_STEPS = 20;

/**
 * The grammar of the JSON texts that satisfy a JSON Schema. It may accept fewer texts than the
 * schema, never others. A keyword that a grammar cannot enforce is refused.
 * @throws {EngineError} 400 naming place and keyword of what cannot be enforced, satisfied, or is
 * too large.
 */
export function compileSchema(document: SchemaDocument): Grammar {
  try {
    return new Compiler(document).compile();
  } catch (err) {
    if (err instanceof TooLargeError) {
      throw refuse(document.root, "schema", "makes too large a grammar");
    }
    throw err;
  }
}

type Waiting = {
  readonly ref: RuleRef;
  readonly branches: () => readonly Branch[];
  /** Parses that may be open at once where this rule begins. */
  readonly ways: number;
};

class Compiler {
  readonly #resolver: SchemaResolver;
  readonly #book = new RuleBook();
  readonly #known = new Map<string, RuleRef>();
  readonly #open: Waiting[] = [];
  readonly #shapes = new Map<number, { place: Place; shape: Shape | undefined }>();

  constructor(document: SchemaDocument) {
    this.#resolver = new SchemaResolver(document);
  }

  compile(): Grammar {
    const { root } = this.#resolver.document;
    const first = this.#valueOf([root], 1);
    for (const waiting of this.#open) {
      try {
        this.#define(waiting);
      } catch (err) {
        if (!(err instanceof TooComplexError)) throw err;
        const { place } = this.#shapes.get(waiting.ref.rule) ?? { place: root };
        throw refuse(place, "schema", "is more work to put together than one schema may cost");
      }
    }
    const lengths = shortestLengths(this.#book.rules);
    const grammar = finishGrammar(this.#book.rules, lengths, first);
    if (!grammar) {
      const ends = (rule: number) => lengths[rule] !== Infinity;
      throw unsatisfiable(this.#book.rules, {
        root: first,
        ends,
        known: this.#shapes,
        start: root,
      });
    }
    return grammar;
  }

  #define({ ref, branches, ways }: Waiting): void {
    const all = branches();
    const [only] = all;
    const single = all.length === 1 && only;
    this.#book.define(ref, single ? this.#branch(ref, only, ways) : this.#choice(all, ways));
  }

  /** The rule of values that satisfy all of `places`; its alternatives are defined later. */
  #valueOf(places: readonly Place[], ways: number): RuleRef {
    const key = `all ${keyOf(places)}`;
    return this.#later(key, places[0], { branches: () => this.#resolver.flatten(places), ways });
  }

  /** Leaves out a branch that would open too many parses at once. */
  #choice(branches: readonly Branch[], ways: number): Alternatives {
    const shapes = branches.map(({ places }) => this.#resolver.shapeOf(places));
    const inside = ways * ambiguousBranches(this.#resolver, shapes);
    return branches.flatMap((branch, index) => {
      const kinds = shapes[index]?.kinds.meant;
      const nested = kinds?.has("array") === true || kinds?.has("object") === true;
      if (nested && inside > MAX_WAYS) return [];
      const chosen = branch.others.map((others) => [others.at.pointer, others.chosen.pointer]);
      const key = `${keyOf(branch.places)} not ${JSON.stringify(chosen)}`;
      const waiting = { branches: () => [branch], ways: nested ? inside : ways };
      return [[this.#later(key, branch.places[0], waiting)]];
    });
  }

  /** Rules are queued, not nested: a schema may be nested deeper than the call stack. */
  #later(key: string, place: Place | undefined, waiting: Omit<Waiting, "ref">): RuleRef {
    this.#resolver.budget.spend(RULE_STEPS + key.length);
    const name = `${waiting.ways} ${key}`;
    const known = this.#known.get(name);
    if (known) return known;
    const ref = this.#book.reserve();
    this.#known.set(name, ref);
    this.#shapes.set(ref.rule, { place: place ?? this.#resolver.document.root, shape: undefined });
    this.#open.push({ ref, ...waiting });
    return ref;
  }

  #branch(ref: RuleRef, branch: Branch, ways: number): Alternatives {
    const shape = exclusiveShape(this.#resolver, branch);
    const place = branch.places[0] ?? this.#resolver.document.root;
    this.#shapes.set(ref.rule, { place, shape });
    const valueOf = (places: readonly Place[]) => this.#valueOf(places, ways);
    return shapeRules({ book: this.#book, resolver: this.#resolver, valueOf }, shape, place);
  }
}
