import { expect, it } from "vitest";
import { readFigures } from "../../../src/models/model-figures.ts";

it.each([
  [{}],
  [{ model_info: null, parameters: 5 }],
  [{ model_info: "a", parameters: "num_ctx many" }],
  [{ model_info: { "general.architecture": "x".repeat(100) } }],
])("takes an answer of any shape: %j", (answer) => {
  expect(readFigures(answer)).toMatchObject({ architecture: "", numCtx: undefined });
});

it("keeps no more than a header can have", () => {
  const info = Object.fromEntries(Array.from({ length: 5000 }, (_value, i) => [`a.${i}`, i]));
  expect(readFigures({ model_info: info }).numbers.size).toBe(500);
});
