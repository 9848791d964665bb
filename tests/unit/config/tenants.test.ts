import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { loadConfig } from "../../../config/load.ts";
import { readTenantsFile } from "../../../config/tenants.ts";
import { tenantsFile } from "../../../src/runtime/paths.ts";
import { modelsYaml } from "../../support/config.ts";

function read(yaml: string) {
  const problems: string[] = [];
  const { weights, keys } = readTenantsFile(yaml, problems);
  return { weights: [...weights], keys: [...keys], problems };
}

it("the file that comes with the service gives nobody a weight or a name, and its examples do", () => {
  const yaml = readFileSync(tenantsFile, "utf8");
  expect(read(yaml)).toEqual({ weights: [], keys: [], problems: [] });
  const example = yaml
    .split("\n")
    .filter((line) => /^# ( |weights|keys)/.test(line))
    .map((line) => line.slice(2));
  expect(read(example.join("\n"))).toEqual({
    weights: [
      ["search", 4],
      ["nightly-reports", 0.5],
      ["[192.168.1.7]", 2],
    ],
    keys: [["key:0123456789abcdef", "search"]],
    problems: [],
  });
});

it.each(["", "  \n", "# nothing", "weights:", "weights: {}", "keys:", "keys: {}"])(
  "%j gives nobody a weight or a name",
  (yaml) => {
    expect(read(yaml)).toEqual({ weights: [], keys: [], problems: [] });
  },
);

it.each([
  ["weights: { a: 0 }", "weights.a"],
  ["weights: { a: 101 }", "weights.a"],
  ["weights: { a: much }", "weights.a"],
  ["weights: { a: .nan }", "weights.a"],
  ["weights: { a b: 1 }", "weights.a b: expected a project or an [address]"],
  ["weights: [1]", "weights"],
  ["keys: { sk-one: a }", "keys.sk-one: expected key: and 16 digits"],
  ["keys: { key:0123456789ABCDEF: a }", "keys.key:0123456789ABCDEF: expected key:"],
  ["keys: { key:0123456789abcdef: a b }", "keys.key:0123456789abcdef: expected a project"],
  [
    "keys: { key:0123456789abcdef: key:0123456789abcdee }",
    "keys.key:0123456789abcdef: expected a name of your own",
  ],
  ["weight: { a: 1 }", "the file"],
  ["weights: { a: 1, a: 2 }", "Map keys must be unique"],
  ["weights: {", "at line 1"],
  ["- a", "the file"],
])("%j is refused", (yaml, told) => {
  const { weights, keys, problems } = read(yaml);
  expect([weights, keys]).toEqual([[], []]);
  expect(problems[0]).toMatch(/^config\/tenants\.yaml: /);
  expect(problems[0]).toContain(told);
});

it("its mistakes are told at the start, beside all others", () => {
  const load = () =>
    loadConfig({ env: { API_PORT: "many" }, modelsYaml, tenantsYaml: "weights: { a: -1 }" });
  expect(load).toThrow(/API_PORT.*\n.*config\/tenants\.yaml: weights\.a/);
});

it("a key's own name can have a weight, and so can the name that it is given", () => {
  const yaml = "weights: { key:0123456789abcdef: 2, a: 3 }\nkeys: { key:0123456789abcde0: a }";
  expect(read(yaml)).toEqual({
    weights: [
      ["key:0123456789abcdef", 2],
      ["a", 3],
    ],
    keys: [["key:0123456789abcde0", "a"]],
    problems: [],
  });
});
