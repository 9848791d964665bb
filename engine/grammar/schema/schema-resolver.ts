import { StepBudget } from "../text/step-budget.ts";
import type { CompileContext } from "./compile-context.ts";
import { type Branch, flatten } from "./flatten.ts";
import { Languages } from "./languages.ts";
import type { Place } from "./place.ts";
import type { SchemaDocument } from "./schema-document.ts";
import { type Shape, shapeOf } from "./shape.ts";

/** Steps of looking up a result. */
const LOOKUP_STEPS = 8;
/** Steps of computing it, on top of those that are counted where the work is done. */
const COMPUTE_STEPS = 40;

/** Resolves the schemas of one document to branches and shapes, and computes each of them once. */
export class SchemaResolver implements CompileContext {
  readonly document: SchemaDocument;
  readonly budget = new StepBudget();
  readonly languages = new Languages(this.budget);
  readonly #branches = new Memo<Branch[]>();
  readonly #shapes = new Memo<Shape>();
  /** By the first branch, which belongs to one `oneOf` only. */
  readonly #listed = new Map<Place, ListedBranches>();

  constructor(document: SchemaDocument) {
    this.document = document;
  }

  /** @throws {EngineError} 400 as `flatten`. @throws {TooComplexError} */
  flatten(places: readonly Place[]): readonly Branch[] {
    return this.#once(this.#branches, places, () => flatten(this, places));
  }

  /** @throws {EngineError} 400 as `shapeOf`. @throws {TooComplexError} */
  shapeOf(places: readonly Place[]): Shape {
    return this.#once(this.#shapes, places, () => shapeOf(this, places));
  }

  /** Sorts the branches of a `oneOf`. @throws {EngineError} 400 as `flatten`. */
  listedBranches(options: readonly Place[]): ListedBranches {
    const [first] = options;
    const known = first && this.#listed.get(first);
    if (known) return known;
    const counts = new Map<string, number>();
    const open: Place[] = [];
    for (const option of options) {
      const shapes = this.flatten([option]).map(({ places }) => this.shapeOf(places));
      if (shapes.some(({ values }) => !values)) {
        open.push(option);
        continue;
      }
      const own = new Set(shapes.flatMap(({ values }) => [...(values?.keys() ?? [])]));
      for (const text of own) counts.set(text, (counts.get(text) ?? 0) + 1);
    }
    const found = { counts, open };
    if (first) this.#listed.set(first, found);
    return found;
  }

  #once<T>(memo: Memo<T>, places: readonly Place[], compute: () => T): T {
    this.budget.spend(LOOKUP_STEPS + 10 * (places.length - 1));
    const found = memo.get(places);
    if (found) return found;
    this.budget.spend(COMPUTE_STEPS);
    return memo.set(places, compute());
  }
}

/** The branches of a `oneOf`, by whether they list their values. */
type ListedBranches = {
  /** For each listed value, by its canonical text, the number of branches that list it. */
  readonly counts: ReadonlyMap<string, number>;
  /** The branches that do not list their values. */
  readonly open: readonly Place[];
};

/** Results by the places that they are about; most are about a single place. */
class Memo<T> {
  readonly #single = new Map<Place, T>();
  readonly #several = new Map<string, T>();

  get(places: readonly Place[]): T | undefined {
    const [first] = places;
    return first && places.length === 1
      ? this.#single.get(first)
      : this.#several.get(keyOf(places));
  }

  set(places: readonly Place[], value: T): T {
    const [first] = places;
    if (first && places.length === 1) this.#single.set(first, value);
    else this.#several.set(keyOf(places), value);
    return value;
  }
}

/** A key that is equal for the same places. */
export function keyOf(places: readonly Place[]): string {
  return JSON.stringify(places.map(({ pointer, schema }) => [pointer, schema === false]));
}
