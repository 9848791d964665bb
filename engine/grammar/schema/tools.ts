import { Effort } from "../text/effort.ts";
import { type Branch, flatten } from "./flatten.ts";
import { Languages } from "./languages.ts";
import type { Place } from "./place.ts";
import type { SchemaDocument } from "./schema-document.ts";
import { type Shape, shapeOf } from "./shape.ts";

/** Steps of looking up what is known. */
const QUESTION_STEPS = 8;
/** Steps of finding it out, on top of those that are counted where it is done. */
const ANSWER_STEPS = 40;

/** What is known about one schema; each question is answered once. */
export class Tools {
  readonly document: SchemaDocument;
  readonly effort = new Effort();
  readonly languages = new Languages(this.effort);
  readonly #branches = new Known<Branch[]>();
  readonly #shapes = new Known<Shape>();
  /** By the first branch, which belongs to one `oneOf` only. */
  readonly #apart = new Map<Place, { listed: Map<string, number>; open: Place[] }>();

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

  /**
   * The values that branches of a `oneOf` list, and how many of them do; the other branches.
   * @throws {EngineError} 400 as `flatten`.
   */
  branchesApart(options: readonly Place[]): { listed: Map<string, number>; open: Place[] } {
    const [first] = options;
    const known = first && this.#apart.get(first);
    if (known) return known;
    const listed = new Map<string, number>();
    const open: Place[] = [];
    for (const option of options) {
      const shapes = this.flatten([option]).map(({ places }) => this.shapeOf(places));
      if (shapes.some(({ values }) => !values)) {
        open.push(option);
        continue;
      }
      const own = new Set(shapes.flatMap(({ values }) => [...(values?.keys() ?? [])]));
      for (const text of own) listed.set(text, (listed.get(text) ?? 0) + 1);
    }
    const found = { listed, open };
    if (first) this.#apart.set(first, found);
    return found;
  }

  #once<T>(known: Known<T>, places: readonly Place[], make: () => T): T {
    this.effort.spend(QUESTION_STEPS + 10 * (places.length - 1));
    const found = known.get(places);
    if (found) return found;
    this.effort.spend(ANSWER_STEPS);
    return known.set(places, make());
  }
}

/** What is known of places together; most questions are about one alone. */
class Known<T> {
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

/** One text for the same places. */
export function keyOf(places: readonly Place[]): string {
  return JSON.stringify(places.map(({ pointer, schema }) => [pointer, schema === false]));
}
