import { describe, expect, it } from "vitest";
import { schemaGrammar } from "../../../grammar/answer-grammar.ts";
import type { SchemaObject } from "../../../grammar/schema/place.ts";
import { matchesGbnf, readGbnf, textMaker } from "../../../../tests/support/gbnf.ts";
import { EXAMPLES, validator } from "../../../../tests/support/json-schema.ts";
import { seededRandom } from "../../../../tests/support/prng.ts";

const TEXTS = 150;

describe.each(EXAMPLES)("$name", (example) => {
  const { gbnf, close } = schemaGrammar(example.schema as SchemaObject);
  const rules = readGbnf(gbnf);
  const problem = validator(example);
  /** Those that the validator does not take, each with its reason. */
  const refused = (texts: readonly string[]) =>
    texts.flatMap((text) => {
      const why = problem(JSON.parse(text));
      return why === undefined ? [] : [{ text, why }];
    });

  it("describes answers that a validator takes, and nothing else", () => {
    const make = textMaker(rules, seededRandom(7));
    const texts = Array.from({ length: TEXTS }, (_, count) => make(count * 2));
    expect(refused(texts)).toEqual([]);
  });

  it("ends an answer at any place with one that a validator takes", () => {
    const make = textMaker(rules, seededRandom(8));
    const ended = Array.from({ length: 20 }, (_, count) => {
      const text = Array.from(make(count * 10));
      const begun = text.slice(0, Math.floor((text.length * count) / 20)).join("");
      return begun + close(begun);
    });
    expect(refused(ended)).toEqual([]);
  });

  it.each(example.valid.map((value) => JSON.stringify(value)))("takes %s", (text) => {
    expect(problem(JSON.parse(text))).toBeUndefined();
    expect(matchesGbnf(rules, text)).toBe(true);
  });

  it.each(example.invalid.map((value) => JSON.stringify(value)))("does not take %s", (text) => {
    expect(matchesGbnf(rules, text)).toBe(false);
  });
});
