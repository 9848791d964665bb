import { type Branch, flatten } from "./flatten.ts";
import { Languages } from "./languages.ts";
import { type Place, refuse } from "./place.ts";
import type { SchemaDocument } from "./schema-document.ts";
import { type Shape, shapeOf } from "./shape.ts";

/** Questions that may be asked about one schema; some tenths of a second. */
const MAX_QUESTIONS = 150_000;

/** What is known about one schema; each question is answered once. */
export class Tools {
  readonly document: SchemaDocument;
  readonly languages = new Languages();
  readonly #branches = new Map<string, Branch[]>();
  readonly #shapes = new Map<string, Shape>();
  #questions = 0;

  constructor(document: SchemaDocument) {
    this.document = document;
  }

  /** @throws {EngineError} 400 as `flatten`, and when there is no end to the questions. */
  flatten(places: readonly Place[]): readonly Branch[] {
    return this.#once(this.#branches, places, () => flatten(this.document, places));
  }

  /** @throws {EngineError} 400 as `shapeOf`, and when there is no end to the questions. */
  shapeOf(places: readonly Place[]): Shape {
    return this.#once(this.#shapes, places, () => shapeOf(this.document, places));
  }

  #once<T>(known: Map<string, T>, places: readonly Place[], make: () => T): T {
    this.#questions += 1;
    if (this.#questions > MAX_QUESTIONS) {
      throw refuse(places[0] ?? this.document.root, "schema", "has too many branches to compare");
    }
    const key = keyOf(places);
    const found = known.get(key) ?? make();
    known.set(key, found);
    return found;
  }
}

/** One text for the same places. */
export function keyOf(places: readonly Place[]): string {
  return JSON.stringify(places.map(({ pointer, schema }) => [pointer, schema === false]));
}
