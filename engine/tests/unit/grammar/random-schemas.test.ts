import { expect, it } from "vitest";
import { EngineError } from "../../../errors.ts";
import { schemaGrammar } from "../../../grammar/answer-grammar.ts";
import type { SchemaObject } from "../../../grammar/schema/place.ts";
import { readGbnf, textMaker } from "../../../../tests/support/gbnf.ts";
import { type Schema, validator } from "../../../../tests/support/json-schema.ts";
import { seededRandom } from "../../../../tests/support/prng.ts";

/** Of each part. */
const SCHEMAS = 100;
const PARTS = [1, 2, 3, 4];
const TEXTS = 12;
const NAMES = ["a", "b", "c"];
const PATTERNS = ["^a", "b$", "^[ab]{1,3}$", "a.b", "^(?!a)", "^\\d+$"];
const FORMATS = ["date", "email", "hostname", "ipv4", "url", "uuid", "unknown"];
const VALUES = [null, true, 0, 1, 2.5, "", "a", "ab", [], [1], [1, 1], {}, { a: 1 }, { ab: 1 }];

/** Schemas of every keyword in any company, most of them with contradictions or doubts. */
class SchemaMaker {
  readonly #random: () => number;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  schema(): Schema {
    const $defs = { one: this.#any(2), two: this.#any(2) };
    return { ...this.#object(3), $defs };
  }

  #any(depth: number): unknown {
    if (this.#chance(0.05)) return this.#chance(0.7);
    return this.#object(depth);
  }

  #object(depth: number): Record<string, unknown> {
    const schema: Record<string, unknown> = {};
    const maybe = (chance: number, keyword: string, value: () => unknown) => {
      if (this.#chance(chance)) schema[keyword] = value();
    };
    const type = this.#pick(["null", "boolean", "integer", "number", "string", "array", "object"]);
    maybe(0.7, "type", () => (this.#chance(0.15) ? [...new Set([type, "null", "object"])] : type));
    maybe(0.06, "enum", () => this.#some(VALUES));
    maybe(0.03, "const", () => this.#pick(VALUES));
    const ofNumbers = type === "integer" || type === "number" ? 0.4 : 0.03;
    maybe(ofNumbers, "minimum", () => this.#int(-3, 3));
    maybe(ofNumbers, "maximum", () => this.#int(0, 6) + 0.5);
    maybe(ofNumbers / 2, "exclusiveMinimum", () => this.#int(-3, 2));
    maybe(ofNumbers / 2, "exclusiveMaximum", () => this.#int(0, 4));
    maybe(ofNumbers / 3, "multipleOf", () => this.#pick([2, 3, 0.5, 1.25]));
    const ofTexts = type === "string" ? 0.4 : 0.03;
    maybe(ofTexts, "minLength", () => this.#int(0, 3));
    maybe(ofTexts, "maxLength", () => this.#int(1, 12));
    maybe(ofTexts, "pattern", () => this.#pick(PATTERNS));
    maybe(ofTexts / 4, "format", () => this.#pick(FORMATS));
    if (depth === 0) return schema;
    const next = () => this.#any(depth - 1);
    const ofLists = type === "array" ? 0.5 : 0.03;
    maybe(ofLists, "items", next);
    maybe(ofLists / 3, "prefixItems", () => [next(), next()]);
    maybe(ofLists / 2, "minItems", () => this.#int(0, 2));
    maybe(ofLists / 2, "maxItems", () => this.#int(0, 3));
    maybe(ofLists / 2, "uniqueItems", () => true);
    maybe(ofLists / 8, "unevaluatedItems", next);
    const ofObjects = type === "object" ? 0.6 : 0.05;
    const named = () => Object.fromEntries(this.#some(NAMES).map((name) => [name, next()]));
    maybe(ofObjects, "properties", named);
    maybe(ofObjects / 2, "required", () => this.#some(NAMES));
    maybe(ofObjects / 3, "additionalProperties", next);
    maybe(ofObjects / 4, "minProperties", () => this.#int(0, 2));
    maybe(ofObjects / 4, "maxProperties", () => this.#int(0, 3));
    maybe(ofObjects / 4, "patternProperties", () =>
      Object.fromEntries(this.#some(PATTERNS).map((pattern) => [pattern, next()])),
    );
    maybe(ofObjects / 8, "unevaluatedProperties", next);
    maybe(ofObjects / 6, "propertyNames", () =>
      this.#pick<unknown>([
        { pattern: this.#pick(PATTERNS) },
        { maxLength: 2 },
        { anyOf: [{ enum: ["a", "ab"] }, { pattern: "b$" }] },
        { enum: ["a", "b", "abc"] },
      ]),
    );
    maybe(0.1, "allOf", () => [next(), next()]);
    maybe(0.1, "anyOf", () => [next(), next()]);
    maybe(0.1, "oneOf", () => [next(), next()]);
    maybe(0.07, "$ref", () => this.#pick(["#/$defs/one", "#/$defs/two"]));
    return schema;
  }

  #chance(share: number): boolean {
    return this.#random() < share;
  }

  #int(from: number, to: number): number {
    return from + Math.floor(this.#random() * (to - from + 1));
  }

  #pick<T>(items: readonly T[]): T | undefined {
    return items[this.#int(0, items.length - 1)];
  }

  #some<T>(items: readonly T[]): T[] {
    const found = items.filter(() => this.#chance(0.5));
    return found.length > 0 ? found : items.slice(0, 1);
  }
}

it.each(PARTS)("describes only valid answers, or refuses it, any schema of part %d", (part) => {
  const maker = new SchemaMaker(17 * part);
  const random = seededRandom(18 * part);
  let taken = 0;
  for (let count = 0; count < SCHEMAS; count += 1) {
    const schema = maker.schema();
    const gbnf = grammarOf(schema);
    if (gbnf === undefined) continue;
    taken += 1;
    const make = textMaker(readGbnf(gbnf), random);
    const problem = validator({ schema });
    for (let size = 0; size < TEXTS; size += 1) {
      const text = make(size * 8);
      const wrong = problem(JSON.parse(text));
      if (wrong !== undefined) expect({ schema, text }).toBe(wrong);
    }
  }
  expect(taken).toBeGreaterThan(SCHEMAS / 3);
});

function grammarOf(schema: Schema): string | undefined {
  try {
    return schemaGrammar(schema as SchemaObject).gbnf;
  } catch (err) {
    if (err instanceof EngineError && err.status === 400) return undefined;
    throw err;
  }
}
