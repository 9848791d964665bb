import { expect, it } from "vitest";
import { decodeKeepAlive } from "../../../values/keep-alive.ts";

it("takes more seconds than Go's durations have for ever", () => {
  expect([1e300, Infinity, -1, 9.3e9].map(decodeKeepAlive)).toEqual(Array(4).fill(Infinity));
  expect(decodeKeepAlive(9.2e9)).toBe(9.2e12);
});

it("refuses a text of more hours than Go's durations have", () => {
  expect(() => decodeKeepAlive("9999999999h")).toThrow('time: invalid duration "9999999999h"');
  expect(decodeKeepAlive("2000000h")).toBe(7.2e12);
});
