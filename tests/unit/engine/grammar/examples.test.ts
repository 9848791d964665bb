import { describe, expect, it } from "vitest";
import { schemaGrammar } from "../../../../src/engine/grammar/answer-grammar.ts";
import type { SchemaObject } from "../../../../src/engine/grammar/schema/place.ts";
import { matchesGbnf, readGbnf, textMaker } from "../../../support/gbnf.ts";
import { EXAMPLES, validator } from "../../../support/json-schema.ts";
import { seededRandom } from "../../../support/prng.ts";

const TEXTS = 150;

describe.each(EXAMPLES)("$name", (example) => {
  const { gbnf, close } = schemaGrammar(example.schema as SchemaObject);
  const rules = readGbnf(gbnf);
  const problem = validator(example);

  it("describes answers that a validator takes, and nothing else", () => {
    const make = textMaker(rules, seededRandom(7));
    for (let count = 0; count < TEXTS; count += 1) {
      const text = make(count * 2);
      expect([text, problem(JSON.parse(text))]).toEqual([text, undefined]);
    }
  });

  it("ends an answer at any place with one that a validator takes", () => {
    const make = textMaker(rules, seededRandom(8));
    for (let count = 0; count < 20; count += 1) {
      const text = Array.from(make(count * 10));
      const begun = text.slice(0, Math.floor((text.length * count) / 20)).join("");
      const ended = begun + close(begun);
      expect([ended, problem(JSON.parse(ended))]).toEqual([ended, undefined]);
    }
  });

  it.each(example.valid.map((value) => JSON.stringify(value)))("takes %s", (text) => {
    expect(problem(JSON.parse(text))).toBeUndefined();
    expect(matchesGbnf(rules, text)).toBe(true);
  });

  it.each(example.invalid.map((value) => JSON.stringify(value)))("does not take %s", (text) => {
    expect(matchesGbnf(rules, text)).toBe(false);
  });
});
