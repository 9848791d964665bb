import { describe, expect, it } from "vitest";
import { schemaGrammar } from "../../../grammar/answer-grammar.ts";
import { accepts } from "../../../grammar/text/automaton.ts";
import { FORMATS, formatBound } from "../../../grammar/text/formats.ts";
import { matchesGbnf, readGbnf, textMaker } from "../../../../tests/support/gbnf.ts";
import { validator } from "../../../../tests/support/json-schema.ts";
import { seededRandom } from "../../../../tests/support/prng.ts";

const TEXTS = 50;
const LENGTHS = [undefined, 20, 60, 120, 255];

describe.each(FORMATS)("format %s", (format) => {
  it.each(LENGTHS)("describes texts that a validator takes, of %s characters at most", (most) => {
    const limit = most === undefined ? {} : { maxLength: most };
    const schema = { type: "string", format, ...limit };
    if (format.startsWith("uuid") && most === 20) {
      expect(() => schemaGrammar(schema)).toThrow("leaves no value");
      return;
    }
    const make = textMaker(readGbnf(schemaGrammar(schema).gbnf), seededRandom(21));
    const problem = validator({ schema });
    const bound = formatBound(format);
    const texts = Array.from({ length: TEXTS }, (_, size) => JSON.parse(make(size)) as string);
    const wrong = texts.map((text) => [text, problem(text)]).filter(([, why]) => why !== undefined);
    expect(wrong).toEqual([]);
    expect(texts.filter((text) => bound && !accepts(bound, text))).toEqual([]);
  });
});

describe("where readings of a format differ", () => {
  const taken = (schema: Parameters<typeof schemaGrammar>[0], value: unknown) =>
    matchesGbnf(readGbnf(schemaGrammar(schema).gbnf), JSON.stringify(value));

  it.each([
    ["uuid", "urn:uuid:123e4567-e89b-42d3-a456-426614174000"],
    ["time", "23:59:60Z"],
    ["hostname", "a".repeat(60)],
    ["email", "a.b.c.d@example.com"],
  ])("a value that some take for a %s is in no other branch of oneOf", (format, value) => {
    const schema = { oneOf: [{ type: "string", format }, { enum: [value, "#"] }] };
    expect(validator({ schema })(value)).toBeDefined();
    expect(taken(schema, value)).toBe(false);
    expect(taken(schema, "#")).toBe(true);
  });

  it("a number beyond a format that validators do not know is in no other branch", () => {
    const branch = (schema: object) => ({ type: "integer", ...schema });
    const schema = { oneOf: [branch({ format: "uint8" }), branch({ minimum: 300 })] };
    expect(() => schemaGrammar(schema as never)).toThrow("may hold at once");
    const listed = { oneOf: [branch({ format: "uint8" }), { enum: [300, "#"] }] };
    expect(taken(listed as never, 300)).toBe(false);
    expect(taken(listed as never, 255)).toBe(true);
  });

  it("a pattern that only long texts of a format have is met", () => {
    const schema = { type: "string", format: "uri", pattern: "^s3://", maxLength: 24 };
    expect(taken(schema, "s3://bucket.example.org")).toBe(true);
    expect(taken(schema, "s3://bucket.example.org/a")).toBe(false);
  });

  it("branches are told apart by what all texts of a format have", () => {
    const schema = {
      oneOf: ["date", "ipv4", "email"].map((format) => ({ type: "string", format })),
    };
    expect(taken(schema, "2024-02-29")).toBe(true);
    expect(taken(schema, "10.0.0.1")).toBe(true);
  });
});
