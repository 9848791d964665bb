import { describe, expect, it } from "vitest";
import { decodeFormat } from "../../../grammar/answer-format.ts";

const refusal = (status: number, message: string) => expect.objectContaining({ status, message });

describe("format", () => {
  it("is free unless asked for", () => {
    expect([undefined, null, ""].map(decodeFormat)).toEqual([undefined, undefined, undefined]);
    expect(decodeFormat("json")).toBeDefined();
    expect(decodeFormat({ type: "object" })).toBeDefined();
  });

  it("refuses what it does not know as Ollama does", () => {
    const text = String.raw`invalid format: "\"xml\""; expected "json" or a valid JSON Schema object`;
    expect(() => decodeFormat("xml")).toThrow(refusal(500, text));
  });
});
