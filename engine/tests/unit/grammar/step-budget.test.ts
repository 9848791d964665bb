import { describe, expect, it } from "vitest";
import type { EngineError } from "../../../errors.ts";
import { schemaGrammar } from "../../../grammar/answer-grammar.ts";
import type { SchemaObject } from "../../../grammar/schema/place.ts";
import { complement, intersect, ofWords } from "../../../grammar/text/automaton.ts";
import { minimise } from "../../../grammar/text/minimise.ts";
import { sizeAutomaton } from "../../../grammar/text/number-automaton.ts";
import { parsePattern } from "../../../grammar/text/parse-pattern.ts";
import { patternAutomaton } from "../../../grammar/text/pattern-automaton.ts";
import { StepBudget, TooComplexError } from "../../../grammar/text/step-budget.ts";

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
const fields = (count: number, value: (index: number) => object) =>
  Object.fromEntries(times(count, (index) => [`field ${index}`, value(index)]));
const object = (properties: object, more: object = {}) => ({
  type: "object",
  properties,
  ...more,
});
const wide = times(2_000, (at) => String.fromCodePoint(0x100 + at * 2)).join("");
const kind = (name: string) => object({ kind: { const: name } }, { required: ["kind"] });
const SCRIPTS =
  "Latin Greek Cyrillic Han Thai Arabic Hebrew Tamil Lao Khmer Tibetan Ethiopic Cherokee Mongolian Hiragana Katakana Hangul Armenian Georgian Bengali Gujarati Kannada Telugu".split(
    " ",
  );
const chain = (length: number) =>
  Object.fromEntries(
    times(length, (at) => [
      `d${at}`,
      at + 1 < length ? { $ref: `#/$defs/d${at + 1}` } : { type: "null" },
    ]),
  );

describe("work is counted", () => {
  const words = ofWords(
    times(100, (index) => `word ${index}`),
    new StepBudget(),
  );

  it.each<[string, (budget: StepBudget) => unknown]>([
    ["in a pattern", (budget) => patternAutomaton(parsePattern("(a|b)*a(a|b){6}"), budget)],
    ["in what two languages share", (budget) => intersect(words, words, budget)],
    ["in what a language leaves", (budget) => complement(words, budget)],
    ["in a list of words", (budget) => ofWords(["a", "b".repeat(50)], budget)],
    ["in making a language small", (budget) => minimise(words, budget)],
    [
      "in a range of numbers",
      (budget) => {
        const [low, high] = [0, 1e9].map((value) => ({ value, open: false }));
        const range = { low, high, fractionDigits: 0, multiple: undefined };
        return sizeAutomaton(range as Parameters<typeof sizeAutomaton>[0], budget);
      },
    ],
  ])("%s", (_, work) => {
    expect(() => work(new StepBudget(100))).toThrow(TooComplexError);
    expect(() => work(new StepBudget())).not.toThrow();
  });
});

describe("a schema that takes too much work is refused by the keyword that takes it", () => {
  it.each<[string, string, object]>([
    ["many branches", "oneOf", { oneOf: times(3_000, (at) => ({ const: at })) }],
    ["many branches to compare", "oneOf", { oneOf: times(900, (at) => kind(`kind ${at}`)) }],
    [
      "long patterns to compare",
      "oneOf",
      {
        oneOf: times(160, (at) => ({ type: "string", pattern: `^[a-z]{1,40}${at}$` })),
      },
    ],
    [
      "many patterns",
      "pattern",
      object(fields(300, (at) => ({ type: "string", pattern: `(a|b)*${at}a(a|b){10}` }))),
    ],
    [
      "patterns that must all hold",
      "pattern",
      { allOf: times(300, (at) => ({ type: "string", pattern: `(a|b)*a(a|b){7}${at}` })) },
    ],
    [
      "properties of characters",
      "pattern",
      { pattern: SCRIPTS.map((script) => `\\p{Script=${script}}`).join("|") },
    ],
    ["wide classes", "pattern", { type: "string", pattern: `^[${wide}]{1,400}$` }],
    ["nested counts", "pattern", { type: "string", pattern: "^(a{1,1000}){1,1000}$" }],
    [
      "many ranges of numbers",
      "maximum",
      object(
        fields(2_000, (at) => ({ type: "number", minimum: at + 0.123, maximum: at * 7 + 1.9 })),
      ),
    ],
    [
      "long chains of references",
      "schema",
      object(
        fields(3_000, () => ({ $ref: "#/$defs/d0" })),
        { $defs: chain(95) },
      ),
    ],
    [
      "objects that limit each other's properties",
      "schema",
      {
        allOf: times(2_000, (at) => ({
          properties: { [`p${at}`]: { type: "null" } },
          additionalProperties: { type: "null" },
        })),
      },
    ],
    [
      "combinations in many fields",
      "schema",
      object(
        fields(60, (at) => ({
          allOf: times(3, () => ({ anyOf: times(9, (more) => ({ maximum: more + at })) })),
        })),
      ),
    ],
    [
      "kinds of names",
      "patternProperties",
      { patternProperties: Object.fromEntries(times(12, (at) => [`${at}`, {}])) },
    ],
  ])("%s: %s", (_, keyword, schema) => {
    const refusal: Partial<EngineError> = {
      status: 400,
      message: expect.stringContaining(`"${keyword}"`) as string,
    };
    expect(() => schemaGrammar(schema as SchemaObject)).toThrow(expect.objectContaining(refusal));
  });
});

describe("a large schema of the common kind is taken", () => {
  it.each<[string, object]>([
    ["many listed branches", { oneOf: times(900, (at) => ({ const: `value ${at}`, title: "x" })) }],
    ["many kinds of objects", { oneOf: times(100, (at) => kind(`kind ${at}`)) }],
    ["a long enumeration", { enum: times(10_000, (at) => `value ${at}`) }],
    [
      "two hundred fields",
      object(
        fields(200, (at) => ({
          anyOf: [
            { type: "string", maxLength: 100 + at },
            { type: "string", format: "date-time" },
            { type: "integer", minimum: at, maximum: 1_000 + at },
            { type: "array", items: { type: "string", pattern: `^${at}-[a-z]{2,20}$` } },
          ],
        })),
        { required: times(200, (at) => `field ${at}`) },
      ),
    ],
    [
      "letters of all scripts",
      { type: "string", pattern: "^[\\p{L}\\p{M}][\\p{L}\\p{M}\\p{N} '.-]{0,80}$" },
    ],
  ])("%s", (_, schema) => {
    expect(schemaGrammar(schema as SchemaObject).gbnf).toContain("root ::=");
  });
});
