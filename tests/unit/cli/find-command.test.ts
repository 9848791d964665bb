import { describe, expect, it } from "vitest";
import { allCommands } from "../../../src/cli/catalog.ts";
import { WrongUse } from "../../../src/cli/cli-error.ts";
import { findCommand } from "../../../src/cli/find-command.ts";

const ALL = allCommands().map(({ words }) => words);

it.each(ALL)("finds %s %s", (...words) => {
  const found = findCommand([...words, "--json", "more"]);
  expect(found).toMatchObject({ words: words.join(" "), args: ["--json", "more"] });
  expect(found.entry?.name).toBe(words.at(-1));
});

it("finds each one by what people call it as well, under its own name", () => {
  const named = allCommands().filter(({ entry }) => entry.aliases !== undefined);
  expect(named).not.toEqual([]);
  for (const { words, entry } of named) {
    for (const alias of entry.aliases ?? []) {
      expect(findCommand([...words.slice(0, -1), alias]).words).toBe(words.join(" "));
    }
  }
});

describe("in front of the name", () => {
  it.each([
    [
      ["--url", "status", "health"],
      ["--url", "status"],
    ],
    [["--url=x", "health"], ["--url=x"]],
    [
      ["--json", "-y", "--no-color", "health"],
      ["--json", "-y", "--no-color"],
    ],
    [
      ["--project", "p", "health", "--json"],
      ["--project", "p", "--json"],
    ],
    // The command itself says that it does not know it.
    [["--nope", "health"], ["--nope"]],
  ])("%j has options", (argv, args) => {
    expect(findCommand(argv)).toMatchObject({ words: "health", args });
  });

  it("the words given are left as they were", () => {
    const argv = ["--json", "models", "list"];
    findCommand(argv);
    expect(argv).toEqual(["--json", "models", "list"]);
  });
});

it.each([
  [[], { words: "", wantsHelp: false, wantsVersion: false }],
  [["help"], { words: "", wantsHelp: true }],
  [["-h"], { words: "", wantsHelp: true }],
  [["help", "models", "pull"], { words: "models pull", wantsHelp: true }],
  [["models", "--help"], { words: "models", wantsHelp: true }],
  [["health", "-h"], { words: "health", wantsHelp: true }],
  // Behind two dashes it is a word.
  [["ask", "--", "--help"], { words: "ask", wantsHelp: false }],
  [["--version"], { words: "", wantsVersion: true }],
  [["-V"], { words: "", wantsVersion: true }],
  [["health", "--version"], { words: "health", wantsVersion: false }],
])("%j means %j", (argv, found) => {
  expect(findCommand(argv)).toMatchObject(found);
});

it.each([
  [["statsu"], "There is no command statsu. Did you mean: shared-ollama status"],
  [["STATUS"], "There is no command STATUS. Did you mean: shared-ollama status"],
  [["models", "lst"], "There is no command models lst. Did you mean: shared-ollama models list"],
  [["xyzzy"], "There is no command xyzzy. All: shared-ollama --help"],
  [["models", "xyzzy"], "There is no command models xyzzy. All: shared-ollama models --help"],
  [["constructor"], "There is no command constructor. All: shared-ollama --help"],
  [["help", "xyzzy"], "There is no command xyzzy. All: shared-ollama --help"],
  [["--nope"], "--nope: say a command first. All: shared-ollama --help"],
  [["-x", "--json"], "-x: say a command first. All: shared-ollama --help"],
  [["--", "health"], "--: say a command first. All: shared-ollama --help"],
  // Its value is no command that somebody has mistyped.
  [["--modle", "qwen3", "ask"], "--modle: say a command first. All: shared-ollama --help"],
  [["-m", "qwen3", "ask", "hi"], "-m: say a command first. All: shared-ollama --help"],
])("%j is wrong use", (argv, says) => {
  expect(() => findCommand(argv)).toThrow(WrongUse);
  expect(() => findCommand(argv)).toThrow(new WrongUse(says));
});
