import { expect, it } from "vitest";
import { closeJson } from "../../../../src/engine/runner/close-json.ts";

const WHOLE = String.raw`{"a": [1, -2.5e+3, {"b\n\u00e9": "x, y: {[\"" }, true, null, []], "c": {}, "d": false}`;

it("makes a whole of every beginning of an object", () => {
  for (let length = 0; length <= WHOLE.length; length += 1) {
    const cut = WHOLE.slice(0, length);
    expect(() => JSON.parse(cut + closeJson(cut)), cut).not.toThrow();
  }
});

it.each([
  ["", "{}"],
  ['{"a":1}', ""],
  ['{"a', '":null}'],
  ['{"a":"b', '"}'],
  ['{"a":["b",', "null]}"],
  ['{"a":1,', '"":null}'],
  ['{"a":t', "rue}"],
])("closes %j with %j", (text, end) => {
  expect(closeJson(text)).toBe(end);
});
