import { describe, expect, it } from "vitest";
import { jsonLine } from "../../../src/runtime/json-line.ts";
import { pythonLines, RAW_LINE_ENDS } from "../../support/python-lines.ts";

describe("jsonLine", () => {
  it("is one line, whatever character stands in it, and means the same", () => {
    const value = Array.from({ length: 0x3000 }, (_, code) => String.fromCharCode(code)).join("");
    const line = jsonLine({ [value]: value });
    expect(pythonLines(line)).toEqual([line]);
    expect(JSON.parse(line)).toEqual({ [value]: value });
  });

  it("escapes each of the three wherever it stands, and nothing else", () => {
    expect(jsonLine(`${RAW_LINE_ENDS} é日😀<&> ${RAW_LINE_ENDS}`)).toBe(
      String.raw`"\u0085\u2028\u2029 é日😀<&> \u0085\u2028\u2029"`,
    );
  });
});
