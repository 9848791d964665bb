import { describe, expect, it } from "vitest";
import { EngineError } from "../../../errors.ts";
import { schemaGrammar } from "../../../grammar/answer-grammar.ts";
import type { SchemaObject } from "../../../grammar/schema/place.ts";

function refusal(schema: unknown): EngineError {
  try {
    schemaGrammar(schema as SchemaObject);
  } catch (err) {
    if (err instanceof EngineError) return err;
    throw err;
  }
  throw new Error("the schema was taken");
}

const object = (properties: object, more: object = {}) => ({
  type: "object",
  properties,
  ...more,
});
const text = { type: "string" };
const numbers = (count: number) => Array.from({ length: count }).keys();
const overlapping = ["a", "b", "c", "d", "e", "f"];

describe("what cannot be enforced is refused with its place and keyword", () => {
  it.each([
    [object({ a: { not: { const: 1 } } }), "#/properties/a", "not"],
    [object({ a: { if: text, else: text } }), "#/properties/a", "if"],
    [{ type: "array", items: text, uniqueItems: true }, "#", "uniqueItems"],
    [{ type: "array", items: { contains: text } }, "#/items", "contains"],
    [
      object({ a: { type: "array", items: { enum: [...numbers(11)] }, uniqueItems: true } }),
      "#/properties/a",
      "uniqueItems",
    ],
    [{ type: "array", prefixItems: [{ const: 1 }, text], uniqueItems: true }, "#", "uniqueItems"],
    [object({}, { patternProperties: { "(?<=a)b": text } }), "#", "patternProperties"],
    [object({}, { patternProperties: { a: 3 } }), "#", "patternProperties"],
    [
      object({}, { patternProperties: Object.fromEntries(overlapping.map((key) => [key, text])) }),
      "#",
      "patternProperties",
    ],
    [
      object(
        {},
        { additionalProperties: text, propertyNames: { oneOf: [text, { pattern: "a" }] } },
      ),
      "#/propertyNames",
      "oneOf",
    ],
    [
      { allOf: [object({ a: text }), object({ b: text }, { unevaluatedProperties: false })] },
      "#/allOf/1",
      "unevaluatedProperties",
    ],
    [object({}, { dependentRequired: { a: ["b"] } }), "#", "dependentRequired"],
    [object({ "a/b~c": { $dynamicRef: "#x" } }), "#/properties/a~1b~0c", "$dynamicRef"],
    [object({ a: { $ref: "https://example.com/a.json" } }), "#/properties/a", "$ref"],
    [{ $ref: "#/$defs/none", $defs: {} }, "#", "$ref"],
    [{ $ref: "#" }, "#", "$ref"],
    [{ $defs: { a: { allOf: [{ $ref: "#/$defs/a" }] } }, $ref: "#/$defs/a" }, "#", "$ref"],
    [{ type: "text" }, "#", "type"],
    [{ type: "string", pattern: 1 }, "#", "pattern"],
    [{ type: "string", pattern: "(?<=a)b" }, "#", "pattern"],
    [{ type: "string", minLength: -1 }, "#", "minLength"],
    [{ type: "string", minLength: 1e9 }, "#", "minLength"],
    [{ type: "array", minItems: 1e9 }, "#", "minItems"],
    [{ type: "number", minimum: "1" }, "#", "minimum"],
    [{ type: "number", multipleOf: 0 }, "#", "multipleOf"],
    [{ type: "number", multipleOf: 0.01 }, "#", "multipleOf"],
    [{ enum: "a" }, "#", "enum"],
    [object({}, { required: "a" }), "#", "required"],
    [object({}, { additionalProperties: true, minProperties: 3 }), "#", "minProperties"],
    [{ oneOf: [{ type: "integer" }, { type: "number" }] }, "#", "oneOf"],
    [object({ a: 3 }), "#", "properties"],
  ])("%j at %s by %s", (schema, place, keyword) => {
    const { status, message } = refusal(schema);
    expect(status).toBe(400);
    expect(message).toContain("invalid JSON schema in format: #");
    expect(message).toContain(`"${keyword}"`);
    expect(message).toContain(`${place}${place === "#" ? "" : ":"}`);
  });
});

describe("what nothing satisfies is refused with the place of the conflict", () => {
  it.each([
    [object({ a: { enum: [1], type: "string" } }, { required: ["a"] }), "#/properties/a", "enum"],
    [object({ a: { minimum: 3, maximum: 2 } }, { required: ["a"] }), "#/properties/a", "minimum"],
    [{ allOf: [{ type: "string" }, { type: "null" }] }, "#/allOf/0", "type"],
    [object({ a: false }, { required: ["a"] }), "#/properties/a", "schema"],
    [{ type: "array", minItems: 2, maxItems: 1 }, "#", "minItems"],
    [{ type: "string", minLength: 2, maxLength: 1 }, "#", "minLength"],
    [{ type: "string", pattern: "^a{3}$", maxLength: 2 }, "#", "maxLength"],
    [
      {
        $ref: "#/$defs/n",
        $defs: { n: object({ n: { $ref: "#/$defs/n" } }, { required: ["n"] }) },
      },
      "#/$defs/n",
      "required",
    ],
  ])("%j at %s by %s", (schema, place, keyword) => {
    expect(refusal(schema).message).toContain(`${place}: "${keyword}"`);
  });

  it("but a branch or an optional property that nothing satisfies is only left out", () => {
    const impossible = { type: "string", enum: [1] };
    const schema = object({ a: impossible, b: { anyOf: [impossible, { const: 2 }] } });
    expect(schemaGrammar(schema as unknown as SchemaObject).gbnf).not.toContain('a\\":');
  });
});
