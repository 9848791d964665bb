import { expect, it } from "vitest";
import { RAW_LINE_ENDS } from "../../../../tests/support/python-lines.ts";
import { renderJson, renderLine } from "../../../json/render-json.ts";

it("escapes what Go escapes", () => {
  const text = renderJson({ text: "<a>&\u2028" });
  expect(text).toBe(String.raw`{"text":"\u003ca\u003e\u0026\u2028"}`);
  expect(JSON.parse(text)).toEqual({ text: "<a>&\u2028" });
});

it("writes to clients what every one of them reads as one line", () => {
  const text = `<\n${RAW_LINE_ENDS}`;
  const line = renderLine({ text });
  expect(line).toBe(String.raw`{"text":"\u003c\n\u0085\u2028\u2029"}`);
  expect(JSON.parse(line)).toEqual({ text });
});
