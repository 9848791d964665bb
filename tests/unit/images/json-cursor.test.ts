import { describe, expect, it } from "vitest";
import { JsonCursor } from "../../../src/images/json-cursor.ts";

/** The text that the cursor finds in the field `after`, behind any other value. */
function textBehind(value: string): string | undefined {
  const body = Buffer.from(`{"before" : ${value} , "after": "here"}`);
  const json = new JsonCursor(body);
  let text: string | undefined;
  json.object((name) => {
    const span = name === "after" ? json.text() : json.skip();
    if (span) text = body.toString("utf8", span.start, span.end);
  });
  return text;
}

const VALUES = [
  "1",
  "-1.5e+7",
  "true",
  "null",
  '""',
  '"x"',
  '"]}"',
  String.raw`"\""`,
  String.raw`"\\"`,
  String.raw`"\\\""`,
  String.raw`"a\\\\"`,
  String.raw`"\u0022,"`,
  '"ü😀"',
  "[]",
  "{}",
  "[ ]",
  "{ }",
  "[1,2]",
  '[["]"],{"a":"}"}]',
  '{"a":{"b":[{"c":"{"}]}}',
  String.raw`{"a\"":1,"b":"\\"}`,
  "\n[\t1 ,\r\n2 ] ",
];

describe("JsonCursor", () => {
  it.each(VALUES)("skips %s", (value) => {
    expect(() => JSON.parse(value) as unknown).not.toThrow();
    expect(textBehind(value)).toBe("here");
  });

  it.each(["", '"', "\\", '\\"', '"\\', "\\\\", '"x"', "\n"])(
    "skips texts of any length that hold and end in %j",
    (mark) => {
      for (let length = 50; length < 140; length += 1) {
        const text = mark + "x".repeat(length) + mark + "ü".repeat(length) + mark;
        expect(textBehind(JSON.stringify(text))).toBe("here");
        expect(textBehind(JSON.stringify(text + mark.repeat(200)))).toBe("here");
      }
    },
  );

  it.each(VALUES)("walks over %s as a list and as an object, whatever it is", (value) => {
    const body = Buffer.from(`[${value},${value},"here"]`);
    const json = new JsonCursor(body);
    const spans: unknown[] = [];
    json.list((index) => {
      if (index === 0) json.list(() => json.skip());
      else if (index === 1) json.object(() => json.skip());
      else spans.push(json.text());
    });
    expect(spans).toEqual([{ start: body.length - 6, end: body.length - 2 }]);
  });

  it("takes what is no text for none", () => {
    const json = new JsonCursor(Buffer.from('[1,{"a":"b"},["c"],null,"d"]'));
    const spans: unknown[] = [];
    json.list(() => spans.push(json.text()));
    expect(spans).toEqual([undefined, undefined, undefined, undefined, { start: 25, end: 26 }]);
  });

  it("reads names that are written with escapes", () => {
    const json = new JsonCursor(Buffer.from(String.raw`{"im\u0061ges":1,"a\"b":2,"ü":3}`));
    const names: string[] = [];
    json.object((name) => {
      names.push(name);
      json.skip();
    });
    expect(names).toEqual(["images", 'a"b', "ü"]);
  });

  it("does not go down the stack with a body that is nested deep", () => {
    expect(textBehind("[".repeat(1_000_000) + "]".repeat(1_000_000))).toBe("here");
    expect(textBehind('{"a":'.repeat(100_000) + "1" + "}".repeat(100_000))).toBe("here");
  });

  it.each([
    "",
    " ",
    "{",
    "[",
    '"',
    '{"a"',
    '{"a":',
    '{"a":1',
    '{"a":"',
    "[1",
    "[1,",
    '["\\',
    `["${"x".repeat(100)}`,
    `["${"x".repeat(100)}\\`,
    "{1}",
    "]",
    "}",
  ])("comes to an end with what is no JSON: %j", (text) => {
    const json = new JsonCursor(Buffer.from(text));
    json.object(() => json.list(() => json.skip()));
    const list = new JsonCursor(Buffer.from(text));
    list.list(() => list.text());
  });
});
