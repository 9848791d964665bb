import { expect, it } from "vitest";
import { checkBase64 } from "../../../values/base64.ts";

it.each(["", "aGk=", "aGVsbG8h", "aA==", "aGk=\n"])("takes %j for base64", (text) => {
  expect(() => checkBase64(text)).not.toThrow();
});

it.each([
  ["data:image/png;base64,aGk=", 4],
  ["aGk", 3],
  ["a", 1],
  ["aG!k", 2],
])("refuses %j as base64", (text, at) => {
  expect(() => checkBase64(text)).toThrow(`illegal base64 data at input byte ${at}`);
});
