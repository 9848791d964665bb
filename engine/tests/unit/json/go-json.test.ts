import { describe, expect, it } from "vitest";
import { EmptyJsonError, parseFirstJson } from "../../../json/go-json.ts";

const parse = (text: string) => parseFirstJson(new TextEncoder().encode(text));

describe("parseFirstJson", () => {
  it("ignores what follows the first value", () => {
    expect(parse('{"a":[1,-2.5e3,"x\\u0041\\n",true,null]} trailing')).toEqual({
      a: [1, -2500, "xA\n", true, null],
    });
    expect(parse("{}{}")).toEqual({});
  });

  it("replaces invalid UTF-8", () => {
    expect(parseFirstJson(Buffer.from([0x22, 0xff, 0x22]))).toBe("\uFFFD");
  });

  it("tells an empty body apart", () => {
    expect(() => parse(" \n")).toThrow(EmptyJsonError);
  });

  it.each([
    ["x", "invalid character 'x' looking for beginning of value"],
    ["{", "unexpected EOF"],
    ['{"a"', "unexpected EOF"],
    ['{"a":1', "unexpected EOF"],
    ['"abc', "unexpected EOF"],
    ["{a", "invalid character 'a' looking for beginning of object key string"],
    ["{'a'", String.raw`invalid character '\'' looking for beginning of object key string`],
    ['{"a" 1', "invalid character '1' after object key"],
    ['{"a":1 "', "invalid character '\"' after object key:value pair"],
    ["[1 2", "invalid character '2' after array element"],
    ["tru3", "invalid character '3' in literal true (expecting 'e')"],
    ["-x", "invalid character 'x' in numeric literal"],
    ["1.x", "invalid character 'x' after decimal point in numeric literal"],
    ["1ex", "invalid character 'x' in exponent of numeric literal"],
    ['"a\nb"', String.raw`invalid character '\n' in string literal`],
    [String.raw`"\q"`, "invalid character 'q' in string escape code"],
    [String.raw`"\u00g0"`, String.raw`invalid character 'g' in \u hexadecimal character escape`],
    ["\uFEFF{}", "invalid character 'ï' looking for beginning of value"],
    ["\u001F\u008B", String.raw`invalid character '\x1f' looking for beginning of value`],
    ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
  ])("refuses %j with Go's text", (text, message) => {
    expect(() => parse(text)).toThrow(message);
  });

  it.each(["[", '{"a":'])("refuses what is nested too deep, in Go's words: %s", (opening) => {
    const closing = opening === "[" ? "]" : "}";
    const nested = (depth: number) => `${opening.repeat(depth)}1${closing.repeat(depth)}`;
    expect(() => parse(nested(1_000))).not.toThrow();
    const error = `invalid character '${opening.charAt(0)}' exceeded max depth`;
    expect(() => parse(nested(1_001))).toThrow(error);
    expect(() => parse(opening.repeat(100_000))).toThrow(error);
  });

  it("goes no deeper into what follows a string than into what it says", () => {
    const text = String.raw`\" [[{{ \\`;
    const long = [JSON.stringify(text.repeat(500)), "[".repeat(900), "]".repeat(900)];
    expect(() => parse(`[${long[0]},${long[1]}${long[2]}]`)).not.toThrow();
  });

  it("refuses more parts than any request has, before it builds them", () => {
    const items = `[${"1,".repeat((1 << 20) + 1)}1]`;
    expect(() => parse(items)).toThrow("more than 1048576 values in one body");
    const members = `[${'{"a":1},'.repeat((1 << 17) + 1)}1]`;
    expect(() => parse(members)).toThrow("more than 131072 object members in one body");
    expect(parse(JSON.stringify(",:".repeat(1 << 20)))).toBe(",:".repeat(1 << 20));
  });

  it("reads a first value whatever its strings hold", () => {
    const value = { 'a"\\': ['\u0000\u001f\u2028"', "\\\\", "\ud800", "é漢😀"], b: [[], {}, [{}]] };
    expect(parse(`${JSON.stringify(value)} x`)).toEqual(value);
    expect(parse(`{"__proto__": [1]} x`)).toEqual(JSON.parse('{"__proto__": [1]}'));
  });
});
