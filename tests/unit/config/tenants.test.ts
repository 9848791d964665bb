import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { loadConfig } from "../../../config/load.ts";
import { readTenantsFile } from "../../../config/tenants.ts";
import { tenantsFile } from "../../../src/runtime/paths.ts";
import { modelsYaml } from "../../support/config.ts";

function read(yaml: string): { weights: [string, number][]; problems: string[] } {
  const problems: string[] = [];
  return { weights: [...readTenantsFile(yaml, problems)], problems };
}

it("the file that comes with the service gives nobody a weight, and its example is one", () => {
  const yaml = readFileSync(tenantsFile, "utf8");
  expect(read(yaml)).toEqual({ weights: [], problems: [] });
  const example = yaml
    .split("\n")
    .filter((line) => /^# ( |weights)/.test(line))
    .map((line) => line.slice(2));
  expect(read(example.join("\n"))).toEqual({
    weights: [
      ["search", 4],
      ["nightly-reports", 0.5],
      ["[192.168.1.7]", 2],
    ],
    problems: [],
  });
});

it.each(["", "  \n", "# nothing", "weights:", "weights: {}"])(
  "%j gives nobody a weight",
  (yaml) => {
    expect(read(yaml)).toEqual({ weights: [], problems: [] });
  },
);

it.each([
  ["weights: { a: 0 }", "weights.a"],
  ["weights: { a: 101 }", "weights.a"],
  ["weights: { a: much }", "weights.a"],
  ["weights: { a: .nan }", "weights.a"],
  ["weights: { a b: 1 }", "weights.a b: expected a project or an [address]"],
  ["weights: [1]", "weights"],
  ["weight: { a: 1 }", "the file"],
  ["weights: { a: 1, a: 2 }", "Map keys must be unique"],
  ["weights: {", "at line 1"],
  ["- a", "the file"],
])("%j is refused", (yaml, told) => {
  const { weights, problems } = read(yaml);
  expect(weights).toEqual([]);
  expect(problems[0]).toMatch(/^config\/tenants\.yaml: /);
  expect(problems[0]).toContain(told);
});

it("its mistakes are told at the start, beside all others", () => {
  const load = () =>
    loadConfig({ env: { API_PORT: "many" }, modelsYaml, tenantsYaml: "weights: { a: -1 }" });
  expect(load).toThrow(/API_PORT.*\n.*config\/tenants\.yaml: weights\.a/);
});
