import { expect, it } from "vitest";
import { unloads } from "../../../src/models/keep-alive.ts";

it.each([0, -0, "0", "0s", "-0", "0m", "+0h", "0h0m0s", "0.0s", ".0ms", "00µs"])(
  "%j ends a model's stay in memory",
  (keepAlive) => {
    expect(unloads(keepAlive)).toBe(true);
  },
);

it.each([
  undefined,
  1,
  -1,
  0.5,
  "5m",
  "0h1m",
  "0.01s",
  "-1",
  "",
  "0 s",
  "0x",
  ".s",
  "0".repeat(65),
])("%j does not", (keepAlive) => {
  expect(unloads(keepAlive)).toBe(false);
});
