import { describe, expect, it } from "vitest";
import { compileSchema } from "../../../../workers/schemas/compile-schema.ts";
import { faultsOf } from "../../../../workers/schemas/faults.ts";

const compiled = (schema: unknown) => compileSchema(JSON.stringify(schema));

/** What is wrong with a value; the schema has to be usable. */
function faultsIn(schema: unknown, value: unknown) {
  const { validate, fault } = compiled(schema);
  if (!validate) throw new Error(JSON.stringify(fault));
  return faultsOf(validate, value);
}

const fits = { ok: true, faults: [] };

describe("a schema that cannot be used", () => {
  it.each([
    ["a type that there is not", { properties: { a: { type: "text" } } }, "#/properties/a/type"],
    [
      "a keyword of another type",
      { properties: { a: { minLength: "x" } } },
      "#/properties/a/minLength",
    ],
    [
      "a pattern that is none",
      { properties: { "a/b": { pattern: "(" } } },
      "#/properties/a~1b/pattern",
    ],
    ["a name's pattern that is none", { patternProperties: { "(": {} } }, "#/patternProperties"],
    ["a part that is not there", { items: { $ref: "#/$defs/no" } }, "#/items/$ref"],
    ["a part on another machine", { $ref: "http://127.0.0.1:1/x.json" }, "#/$ref"],
    ["a part in a file", { allOf: [{ $ref: "file:///etc/passwd" }] }, "#/allOf/0/$ref"],
    ["$async", { $async: true, type: "object" }, "#/$async"],
    ["$async within", { properties: { a: { $async: true } } }, "#/properties/a/$async"],
    [
      "a bound of OpenAPI 3.0",
      { type: "number", minimum: 1, exclusiveMinimum: true },
      "#/exclusiveMinimum",
    ],
    [
      "nullable without a type",
      { properties: { a: { nullable: true } } },
      "#/properties/a/nullable",
    ],
    ["one name for two parts", { $id: "q", properties: { a: { $id: "q" } } }, "#"],
  ])("is told with its place: %s", (_name, schema, path) => {
    expect(compiled(schema).fault).toEqual({ path, message: expect.stringMatching(/./) as string });
  });

  it.each([
    ['{"properties": {"__proto__": {"type": "string"}}}', "#/properties/__proto__"],
    ['{"items": {"required": ["__proto__"]}}', "#/items/required"],
    [
      '{"$defs": {"const": {"properties": {"__proto__": {}}}}}',
      "#/$defs/const/properties/__proto__",
    ],
  ])("is one with the property __proto__: %s", (text, path) => {
    expect(compileSchema(text).fault).toMatchObject({ path });
  });

  it("is one that refers to itself without end", () => {
    expect(faultsIn({ allOf: [{ $ref: "#" }] }, {})).toEqual({
      ok: false,
      fault: { path: "#", message: "cannot be run: it refers to itself without end" },
    });
  });

  it("has a message that is cut", () => {
    const { fault } = compiled({ $ref: `http://${"a".repeat(5000)}` });
    expect(fault?.message.length).toBeLessThanOrEqual(200);
  });
});

describe("a schema that can be used", () => {
  it.each([
    ["one that refers to itself", { properties: { a: { $ref: "#" } } }, { a: { a: {} } }],
    ["any value", {}, 7],
    ["a dialect that nobody knows", { $schema: "http://127.0.0.1:1/x", type: "string" }, "x"],
    ["a tuple of an older dialect", { items: [{ type: "string" }] }, ["x", 1]],
    ["a tuple of a still older one", { $id: "#a", items: [{ type: "string" }] }, ["x", 1]],
    ["the older dialect by its name", { $schema: "http://json-schema.org/draft-07/schema#" }, 1],
    ["words that nobody knows", { type: "string", "x-ui": { order: 1 }, format: "ssn" }, "x"],
    ["$async as a property", { properties: { $async: { type: "string" } } }, { $async: "x" }],
    ["data that looks like a schema", { enum: [{ $async: true }] }, { $async: true }],
  ])("takes what fits: %s", (_name, schema, value) => {
    expect(faultsIn(schema, value)).toEqual(fits);
  });

  it.each([
    ["unevaluatedItems", { items: [{ type: "string" }], unevaluatedItems: false }, ["x", 1]],
    ["dependentRequired", { items: [{}], dependentRequired: { a: ["b"] } }, { a: 1 }],
    ["minContains", { items: [{}], contains: { const: 1 }, minContains: 2 }, [1]],
    [
      "minContains of the dialect that is named",
      {
        $schema: "https://json-schema.org/draft/2019-09/schema",
        items: [{}],
        contains: { const: 1 },
        minContains: 2,
      },
      [1],
    ],
  ])("is held to all of it where it has tuples: %s", (_name, schema, value) => {
    expect(faultsIn(schema, value)).toMatchObject({ ok: true, faults: [{ path: "" }] });
  });

  it("needs properties that every object has in another sense", () => {
    expect(faultsIn({ required: ["constructor", "toString"] }, {})).toMatchObject({
      faults: [{ path: "" }, { path: "" }],
    });
    expect(faultsIn({ properties: { constructor: { type: "number" } } }, {})).toEqual(fits);
  });

  it("knows nothing of schemas before it", () => {
    expect(compiled({ $id: "http://x/a", $defs: { b: { $id: "http://x/b" } } }).fault).toBe(
      undefined,
    );
    expect(compiled({ $id: "http://x/a", type: "string" }).fault).toBe(undefined);
    expect(compiled({ $ref: "http://x/b" }).fault).toMatchObject({ path: "#/$ref" });
  });

  it("names what is wrong, and not without end", () => {
    const schema = {
      properties: {
        a: { enum: ["x", "y"] },
        b: { const: 3 },
        c: { type: "array", items: { type: "string" } },
      },
      additionalProperties: false,
    };
    expect(faultsIn(schema, { a: "z", b: 4, d: 1 })).toMatchObject({
      faults: [
        { path: "", message: "must NOT have additional properties (d)" },
        { path: "/a", message: 'must be equal to one of the allowed values (["x","y"])' },
        { path: "/b", message: "must be equal to constant (3)" },
      ],
    });
    const many = faultsIn(schema, { c: Array.from({ length: 1000 }, () => 1) });
    expect(many.ok && many.faults.length).toBe(20);
    const name = "n".repeat(1000);
    const named = faultsIn(schema, { [name]: 1 });
    expect(named.ok && named.faults[0]?.message.length).toBe(200);
  });
});
