import { describe, expect, it } from "vitest";
import { EngineError } from "../../../errors.ts";
import { schemaGrammar } from "../../../grammar/answer-grammar.ts";
import type { SchemaObject } from "../../../grammar/schema/place.ts";
import { matchesGbnf, readGbnf } from "../../../../tests/support/gbnf.ts";

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
const fields = (count: number, value: object) =>
  Object.fromEntries(times(count, (index) => [`field ${index}`, value]));
const size = (schema: object) => schemaGrammar(schema as SchemaObject).gbnf.length;

function nested(levels: number): object {
  let schema: object = { type: "null" };
  for (let level = 0; level < levels; level += 1) schema = { type: "array", items: schema };
  return schema;
}

describe("a schema that is too much is refused, not worked on", () => {
  it.each<[string, object]>([
    ["a megabyte of text", { description: "x".repeat(1_000_000) }],
    ["many values", { enum: times(100_000, (index) => index) }],
    ["deep nesting", nested(5_000)],
    ["many fields", { type: "object", properties: fields(12_000, { type: "string" }) }],
    ["a huge bound", { type: "string", pattern: "a{1,1000000}" }],
    ["bounds in bounds", { type: "string", pattern: "((a{1,99}){1,99}){1,99}" }],
    ["a pattern with many states", { type: "string", pattern: "(a|b)*a(a|b){20}" }],
    [
      "many looks ahead",
      { pattern: times(14, (index) => `(?=.*${"abcdefghijklmn"[index]})`).join("") },
    ],
    ["a pattern with a long limit", { pattern: "^[^@]+@[^@]+$", maxLength: 30_000 }],
    ["a large multiple", { type: "integer", multipleOf: 7_919 }],
    [
      "many combinations",
      { allOf: times(9, () => ({ anyOf: times(4, (index) => ({ maximum: index })) })) },
    ],
    [
      "schemas that multiply",
      {
        $ref: "#/$defs/d0",
        $defs: Object.fromEntries(
          times(16, (from) => [
            `d${from}`,
            {
              properties: Object.fromEntries(
                times(16, (to) => [
                  `p${to}`,
                  { allOf: [{ $ref: `#/$defs/d${to}` }, { $ref: `#/$defs/d${(from + to) % 16}` }] },
                ]),
              ),
            },
          ]),
        ),
      },
    ],
  ])("%s", (_, schema) => {
    expect(() => schemaGrammar(schema as SchemaObject)).toThrow(EngineError);
  });
});

describe("size", () => {
  it("grows with the number of optional fields, not with their combinations", () => {
    const of = (count: number) =>
      size({ type: "object", properties: fields(count, { type: "null" }) });
    expect(of(400) / of(200)).toBeLessThan(2.2);
  });

  it("of what is repeated often grows slowly", () => {
    expect(size({ type: "string", maxLength: 60_000 })).toBeLessThan(100_000);
    expect(size({ type: "array", items: nested(2), maxItems: 1e12 })).toBeLessThan(400_000);
  });

  it("of an evil pattern stays small", () => {
    expect(size({ type: "string", pattern: "^(a+)+b$" })).toBeLessThan(1_000);
    expect(size({ type: "string", pattern: "^(x+x+)+y$" })).toBeLessThan(1_000);
  });
});

it("what is nested in branches that begin alike is held to some levels", () => {
  const node = { $ref: "#/$defs/node" };
  const schema = {
    ...node,
    $defs: {
      node: {
        anyOf: [
          { type: "object", properties: { next: node } },
          { type: "object", properties: { next: node, last: { type: "null" } } },
        ],
      },
    },
  };
  const rules = readGbnf(schemaGrammar(schema).gbnf);
  const chain = (levels: number) => `${'{"next":'.repeat(levels)}{}${"}".repeat(levels)}`;
  expect(matchesGbnf(rules, chain(6))).toBe(true);
  expect(matchesGbnf(rules, chain(40))).toBe(false);
});

it("the same schema is compiled once", () => {
  const schema = { type: "object", properties: { only: { const: "once" } } };
  expect(schemaGrammar(schema)).toBe(schemaGrammar(structuredClone(schema)));
});
