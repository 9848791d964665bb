import { describe, expect, it } from "vitest";
import { ModelAliases } from "../../../src/models/model-aliases.ts";
import { canonicalModel } from "../../../src/models/model-name.ts";

function setUp(entries: Record<string, string>, installed: string[] = []) {
  const names = new Set(installed.map(canonicalModel));
  const asked: string[] = [];
  const aliases = new ModelAliases({
    entries,
    isInstalled: (model) => {
      asked.push(model);
      return names.has(canonicalModel(model));
    },
  });
  return { aliases, asked };
}

const ENTRIES = {
  "gpt-4*": "qwen3:8b",
  "gpt-4o": "qwen3:14b",
  "*-turbo": "qwen3:1b",
  "gpt-4-*": "never",
  "gpt-oss*": "gpt-oss:20b",
  "team/*:fast": "qwen3:4b",
  Claude: "qwen3:30b",
};

describe("the model that a name means", () => {
  it.each([
    ["a name that is written down", "gpt-4o", "qwen3:14b"],
    ["its tag", "gpt-4o:latest", "qwen3:14b"],
    ["another case", "GPT-4O", "qwen3:14b"],
    ["the case of the entry", "claude", "qwen3:30b"],
    ["Ollama's own registry", "registry.ollama.ai/library/gpt-4o", "qwen3:14b"],
    ["a name that only a glob fits", "gpt-4o-mini", "qwen3:8b"],
    ["a tag that only a glob fits", "gpt-4o:mini", "qwen3:8b"],
    ["the first of two globs", "gpt-4-turbo", "qwen3:8b"],
    ["a glob that ends in a word", "gpt-3.5-turbo", "qwen3:1b"],
    ["the same with a tag", "gpt-3.5-turbo:latest", "qwen3:1b"],
    ["a glob in the middle", "team/a/b:fast", "qwen3:4b"],
    ["a name that a glob fits and its model has", "gpt-oss", "gpt-oss:20b"],
  ])("is the alias's for %s", (_what, name, model) => {
    expect(setUp(ENTRIES).aliases.modelFor(name)).toBe(model);
  });

  it.each([
    "",
    "gpt-3",
    "qwen3:14b",
    "my-gpt-4o",
    "gpt-3.5-turbo:8b",
    "claude:7b",
    "team/a:slow",
    "gpt-oss:20b",
    "GPT-OSS:20B",
    "x".repeat(513),
  ])("is the name itself where none fits: %s", (name) => {
    const { aliases, asked } = setUp(ENTRIES);
    expect(aliases.modelFor(name)).toBe(name);
    expect(asked).toEqual([]);
  });

  it.each(["gpt-4o", "GPT-4o:latest", "gpt-4-turbo"])(
    "is the model that is installed under the name %s",
    (name) => {
      const { aliases } = setUp(ENTRIES, ["gpt-4o:latest", "gpt-4-turbo:latest"]);
      expect(aliases.modelFor(name)).toBe(name);
    },
  );

  it("is not asked for twice: what an alias stands for is a model", () => {
    const { aliases } = setUp({ a: "gpt-4", "gpt-*": "qwen3" });
    expect(aliases.modelFor("a")).toBe("gpt-4");
  });

  it("may be any name's but none's", () => {
    const { aliases } = setUp({ "*": "qwen3" });
    expect(["größe", "a/b:c", "x\ny", ""].map((name) => aliases.modelFor(name))).toEqual([
      "qwen3",
      "qwen3",
      "qwen3",
      "",
    ]);
  });

  it.each([
    [true, "a"],
    [false, "b"],
  ])("comes later where it has to be asked whether it is installed (%s)", async (is, model) => {
    const isInstalled = (): Promise<boolean> => Promise.resolve(is);
    const aliases = new ModelAliases({ entries: { a: "b" }, isInstalled });
    const meant = aliases.modelFor("a");
    expect(meant).toBeInstanceOf(Promise);
    expect(await meant).toBe(model);
  });
});

it("lists its entries as they are written", () => {
  expect(setUp({ "Gpt-4*": "x:1", a: "y" }).aliases.entries).toEqual([
    { name: "Gpt-4*", isGlob: true, model: "x:1" },
    { name: "a", isGlob: false, model: "y" },
  ]);
});
