import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readModelsFile, type ModelsFile } from "../../../config/profiles.ts";
import { projectRoot } from "../../../src/runtime/paths.ts";
import { modelsYaml, modelsYamlWith } from "../../support/config.ts";

function read(yaml: string): { aliases: ModelsFile["aliases"] | undefined; problems: string[] } {
  const problems: string[] = [];
  return { aliases: readModelsFile(yaml, problems)?.aliases, problems };
}

it.each<[string, Record<string, string>]>([
  ["names and globs, in their order", { "gpt-4o": "qwen3:14b", "gpt-4*": "qwen3:8b", "*": "x" }],
  ["names with a host and a namespace", { "hf.co/me/a:Q4": "me/b:1" }],
  ["many names of one model", { a: "x:1", b: "x:1", "c:1": "x:1", c: "x:1" }],
  ["a glob that fits its own model, and others'", { "gpt-*": "gpt-oss:20b", a: "gpt-4:1" }],
])("takes %s", (_what, aliases) => {
  const { aliases: taken, problems } = read(modelsYamlWith(aliases));
  expect([taken, problems]).toEqual([aliases, []]);
  expect(Object.keys(taken ?? {})).toEqual(Object.keys(aliases));
});

it("takes what its page shows", () => {
  const page = readFileSync(join(projectRoot, "docs/models.md"), "utf8");
  const section = /^```yaml\n(aliases:\n[^]*?)^```$/m.exec(page)?.[1] ?? "";
  const { aliases, problems } = read(modelsYaml.replace("\naliases: {}\n", () => `\n${section}`));
  expect([Object.keys(aliases ?? {}).length, problems]).toEqual([4, []]);
});

it("needs no such section", () => {
  expect(read(modelsYaml.replace("\naliases: {}\n", "\n"))).toEqual({ aliases: {}, problems: [] });
});

it.each([
  ["stands for itself", { a: "a" }, "a: stands for itself"],
  ["stands for itself in other letters", { Ab: "aB:latest" }, "Ab: stands for itself"],
  ["stands for another one", { a: "b", b: "x:1" }, "a: stands for b, an alias, too"],
  ["has its name twice", { a: "x:1", "A:latest": "y:1" }, "A:latest: is the same name as a"],
  ["has its glob twice", { "a*": "x:1", "A*": "y:1" }, "A*: is the same name as a*"],
  ["is no name", { "a b": "x:1" }, "a b: expected a model's name, * as wildcard"],
  ["has no name", { "": "x:1" }, ": expected a model's name, * as wildcard"],
  ["is longer than a name", { ["a".repeat(513)]: "x" }, `${"a".repeat(513)}: expected a model's`],
  ["stands for a glob", { a: "x*" }, "a: expected a model's name"],
  ["stands for nothing", { a: "" }, "a: expected a model's name"],
])("refuses an alias that %s", (_what, aliases, says) => {
  const { problems } = read(modelsYamlWith(aliases));
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain(`config/models.yaml: aliases.${says}`);
});

it("refuses all mistakes together, and more aliases than a request can be compared with", () => {
  const many = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`a${i}`, "x:1"]));
  expect(read(modelsYamlWith(many)).problems).toEqual([]);
  expect(read(modelsYamlWith({ ...many, b: "a1", c: "c" })).problems).toEqual([
    "config/models.yaml: aliases: expected at most 100 aliases, there are 102",
    "config/models.yaml: aliases.b: stands for a1, an alias, too",
    "config/models.yaml: aliases.c: stands for itself",
  ]);
});

it.each(["[a]", "7", "{ a: 1 }", "{ a: { b: c } }"])("refuses aliases that are %s", (written) => {
  const yaml = modelsYaml.replace("\naliases: {}\n", `\naliases: ${written}\n`);
  expect(read(yaml).problems.join()).toMatch(/^config\/models\.yaml: aliases(\.a)?: /);
});
