import { expect, it } from "vitest";
import { closest } from "../../../src/cli/closest.ts";

it.each([
  ["statsu", ["start", "status"], "status"],
  ["stats", ["start", "status"], "status"],
  ["mdoel", ["mode", "model"], "model"],
  ["pul", ["push", "pull"], "pull"],
  // In capitals, or only begun.
  ["STATUS", ["start", "status"], "status"],
  ["api_prot", ["API_HOST", "API_PORT"], "API_PORT"],
  ["perfo", ["profile", "performance"], "performance"],
  ["PERFO", ["profile", "performance"], "performance"],
])("%s among %j most likely meant %s", (word, names, meant) => {
  expect(closest(word, names)).toBe(meant);
});

it.each([
  ["xyzzy", ["status", "start"]],
  // With two letters, two changes are another word.
  ["ab", ["cd"]],
  ["x", ["y", "xylophone"]],
  ["", ["a"]],
  ["status", []],
])("%j among %j has none near it", (word, names) => {
  expect(closest(word, names)).toBeUndefined();
});
