import { expect, it } from "vitest";
import { textOf } from "../../../src/inference/answer-text.ts";

it.each([
  [{ response: "a" }, "a"],
  [{ message: { content: "b" } }, "b"],
  [{ message: { content: null } }, ""],
  [{ message: null }, ""],
  [{}, ""],
])("textOf(%j) is %j", (line, text) => {
  expect(textOf(line)).toBe(text);
});
