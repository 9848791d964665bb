import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { schemaGrammar } from "../../../engine/grammar/answer-grammar.ts";
import type { SchemaObject } from "../../../engine/grammar/schema/place.ts";
import { callSchema } from "../../../src/dialects/call-schema.ts";
import type { Tool } from "../../../src/dialects/tools.ts";
import { matchesGbnf, readGbnf } from "../../support/gbnf.ts";

const tool = (name: string, parameters: Record<string, unknown> = {}) => ({
  type: "function" as const,
  function: { name, parameters },
});
const weather = tool("get_weather", {
  type: "object",
  properties: { city: { type: "string" } },
  required: ["city"],
});
/** As zod writes a tree: it refers to a part of itself, and has data that looks like a reference. */
const tree = tool("plant", {
  $schema: "https://json-schema.org/draft/2020-12/schema",
  $id: "https://example.com/tree",
  type: "object",
  properties: { root: { $ref: "#/$defs/node" }, mark: { const: { $ref: "#/not/one" } } },
  required: ["root"],
  additionalProperties: false,
  $defs: {
    node: {
      type: "object",
      properties: { nodes: { type: "array", items: { $ref: "#/$defs/node" } } },
      additionalProperties: false,
    },
  },
});
const list = tool("list", { properties: { next: { $ref: "#" } }, additionalProperties: false });
const tools: Tool[] = [
  weather,
  tree,
  list,
  tool("__proto__"),
  { type: "custom", custom: { name: "say" } },
];

/** What a schema says of a text: by a validator, and by the engine's grammar. */
function judges(schema: Record<string, unknown>): (value: unknown) => boolean[] {
  const validate = new Ajv2020({ strict: false }).compile(schema);
  const rules = readGbnf(schemaGrammar(schema as SchemaObject).gbnf);
  return (value) => [validate(value), matchesGbnf(rules, JSON.stringify(value))];
}

const call = (name: string, args: unknown) => ({ name, arguments: args });
const GOOD = [
  call("get_weather", { city: "Paris" }),
  call("plant", { root: { nodes: [{ nodes: [] }, {}] } }),
  call("plant", { root: {}, mark: { $ref: "#/not/one" } }),
  call("list", { next: { next: {} } }),
  call("__proto__", { a: 1 }),
  call("say", { input: "hi" }),
];
const BAD = [
  call("get_weather", {}),
  call("get_weather", "Paris"),
  call("plant", { root: { nodes: [1] } }),
  call("list", { next: { other: 1 } }),
  call("say", {}),
  call("rm", {}),
  { name: "get_weather" },
  { arguments: {}, name: "rm" },
];

describe("callSchema", () => {
  const one = judges(callSchema(tools, { several: false }));
  const several = judges(callSchema(tools, { several: true }));

  it.each(GOOD)("takes $name with $arguments", (value) => {
    expect(one(value)).toEqual([true, true]);
    expect(several([value])).toEqual([true, true]);
    expect(several([value, GOOD[0]])).toEqual([true, true]);
    expect(several(value)).toEqual([false, false]);
  });

  it.each(BAD)("does not take %j", (value) => {
    expect(one(value)).toEqual([false, false]);
    expect(several([GOOD[0], value])).toEqual([false, false]);
  });

  it("wants a call, and no more than some", () => {
    expect(several([])).toEqual([false, false]);
    expect(several(Array.from({ length: 8 }, () => GOOD[0]))).toEqual([true, true]);
    expect(several(Array.from({ length: 9 }, () => GOOD[0]))).toEqual([false, false]);
  });

  it("takes the arguments of either tool of one name", () => {
    const twice = judges(
      callSchema([weather, { ...list, function: { ...list.function, name: "get_weather" } }], {
        several: false,
      }),
    );
    expect(twice(call("get_weather", { city: "Rome" }))).toEqual([true, true]);
    expect(twice(call("get_weather", { next: {} }))).toEqual([true, true]);
    expect(twice(call("get_weather", { next: 1 }))).toEqual([false, false]);
  });

  it("follows references of arguments that are named as keywords are", () => {
    const named = ["default", "examples", "const", "$ref", "properties"];
    const parameters = {
      properties: Object.fromEntries(named.map((name) => [name, { $ref: "#/$defs/colour" }])),
      additionalProperties: false,
      $defs: { colour: { enum: ["red"] } },
    };
    const paint = judges(callSchema([weather, tool("paint", parameters)], { several: false }));
    for (const name of named) {
      expect(paint(call("paint", { [name]: "red" })), name).toEqual([true, true]);
      expect(paint(call("paint", { [name]: "blue" })), name).toEqual([false, false]);
    }
  });

  it("is one that the engine takes for a hundred tools", () => {
    const many = Array.from({ length: 100 }, (_, i) => ({
      ...weather,
      function: { ...weather.function, name: `tool_${i}` },
    }));
    const all = judges(callSchema(many, { several: true }));
    expect(all([call("tool_0", { city: "A" }), call("tool_99", { city: "B" })])).toEqual([
      true,
      true,
    ]);
  });
});
