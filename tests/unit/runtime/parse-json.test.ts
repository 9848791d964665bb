import { describe, expect, it } from "vitest";
import { excessInJson, MAX_VALUES } from "../../../src/runtime/count-json.ts";
import { JsonExcessError, parseFlatJson, parseJson } from "../../../src/runtime/parse-json.ts";
import { seededRandom } from "../../support/prng.ts";

const excess = (json: string, maxValues = MAX_VALUES) => excessInJson(Buffer.from(json), maxValues);
const listOf = (count: number, value: string): string =>
  `[${Array.from({ length: count }, () => value).join(",")}]`;
const levels = (count: number, inside = ""): string =>
  `${"[".repeat(count)}${inside}${"]".repeat(count)}`;

describe("counting JSON", () => {
  it.each([
    ["numbers", "-1.5e3"],
    ["words", "null"],
    ["texts", '"a,b:[{\\"\\\\"'],
    ["long texts", `"${"a".repeat(100)}\\"${"b".repeat(100)}\\\\"`],
    ["empty lists", "[]"],
    ["empty objects", "{ }"],
  ])("takes so many values and no more: %s", (_what, value) => {
    // The list itself is one.
    expect(excess(listOf(99, value), 100)).toBeUndefined();
    expect(excess(listOf(100, value), 100)).toBe("values");
  });

  it("takes a million", () => {
    expect(excess(listOf(MAX_VALUES - 1, "1"))).toBeUndefined();
    expect(excess(listOf(MAX_VALUES, "1"))).toBe("values");
  });

  it("counts no keys", () => {
    const field = '"a key": [ 1 , "b" ]';
    const object = (count: number) => `{${Array.from({ length: count }, () => field).join(",")}}`;
    expect(excess(object(33), 100)).toBeUndefined();
    expect(excess(object(34), 100)).toBe("values");
  });

  it("takes 500 levels and no more, wherever they are", () => {
    expect(excess(levels(500))).toBeUndefined();
    expect(excess(levels(501))).toBe("levels");
    expect(excess(`{"a":[1,{"b":${levels(498)}}]}`)).toBe("levels");
    expect(excess(`[${levels(400)},${levels(400)}]`)).toBeUndefined();
    expect(excess(levels(1, `"${"[".repeat(1000)}"`))).toBeUndefined();
  });

  it.each([
    "",
    '"',
    '"\\',
    '"a\\"',
    `"${"\\".repeat(301)}`,
    "]]]",
    "nope",
    '{"a',
    "\u0000",
    ",,,,",
  ])("comes to an end with what is no JSON: %j", (text) => {
    expect(excess(text)).toBeUndefined();
  });

  it("finds the end of any text, as the parser does", () => {
    const random = seededRandom(7);
    const marks = ["\\", '"', "a".repeat(70), "é", "[", ",", "\n", "\\".repeat(65)];
    for (let round = 0; round < 500; round += 1) {
      const text = Array.from({ length: 8 }, () => marks[Math.floor(random() * marks.length)]);
      // What stands behind the text is counted only if its end was found.
      const json = `[${JSON.stringify(text.join(""))},${levels(500)}]`;
      expect(excess(json)).toBe("levels");
    }
  });
});

describe("parsing JSON of others", () => {
  const small = levels(30_000);
  const large = listOf(70_000, "1");

  it("counts what is large, and not what is small", () => {
    expect(parseJson(Buffer.from(large))).toHaveLength(70_000);
    expect(() => parseJson(Buffer.from(levels(40_000)))).toThrow(JsonExcessError);
    expect(() => parseJson(Buffer.from(listOf(MAX_VALUES, "1")))).toThrow(
      "The body has more than 1000000 JSON values",
    );
    expect(parseJson(Buffer.from(small))).toBeInstanceOf(Array);
  });

  it("refuses depth in small texts too where the value is to be written again", () => {
    expect(() => parseFlatJson(small)).toThrow("The body is nested more than 500 levels deep");
    expect(() => parseFlatJson(Buffer.from(small))).toThrow(JsonExcessError);
    expect(() => parseFlatJson(levels(501))).toThrow(JsonExcessError);
    for (const json of [levels(500), large]) {
      expect(parseFlatJson(json)).toEqual(parseFlatJson(Buffer.from(json)));
    }
  });

  it("reads a part of a larger piece of memory, and says what is no JSON", () => {
    const bytes = Buffer.from('x{"a":"é"}x');
    expect(parseJson(bytes.subarray(1, -1))).toEqual({ a: "é" });
    expect(() => parseJson(bytes)).toThrow(SyntaxError);
  });
});
