import { describe, expect, it } from "vitest";
import { defineCommand, type Command } from "../../../src/cli/command.ts";
import { WrongUse } from "../../../src/cli/cli-error.ts";
import { readArgs } from "../../../src/cli/read-args.ts";

const COMMAND = defineCommand({
  args: {
    name: { type: "positional", description: "A name" },
    model: { type: "string", alias: "m", description: "A model" },
    "keep-alive": { type: "string", alias: ["k", "keepalive"], description: "A time" },
    level: { type: "enum", options: ["warn", "error"], description: "A level" },
    follow: { type: "boolean", alias: "f", description: "A switch" },
    cache: { type: "boolean", default: true, negativeDescription: "No cache" },
    wait: { type: "string", default: "30", description: "Seconds" },
  },
  examples: [],
  json: { schema: {} },
  run: async () => {},
});

const read = (args: string[], command: Command = COMMAND) =>
  readArgs(command, { args, words: "models pull" });

describe("options and words", () => {
  it.each([
    [["n", "--model", "a"], { name: "n", model: "a" }],
    [["--model=a", "n"], { name: "n", model: "a" }],
    [["n", "-m", "a"], { name: "n", model: "a" }],
    [["n", "-ma"], { name: "n", model: "a" }],
    [["n", "-m=a"], { name: "n", model: "a" }],
    [["n", "-fm=a=b"], { follow: true, model: "a=b" }],
    [["n", "-m", "=a"], { name: "n", model: "=a" }],
    [["n", "--model", "a=b"], { model: "a=b" }],
    [["n", "--model=a=b"], { model: "a=b" }],
    [["n", "--keepalive", "5m"], { "keep-alive": "5m" }],
    [["n", "--level", "warn"], { level: "warn" }],
    // Switches may stand together in front of an option with a value.
    [["n", "-yfm", "a"], { yes: true, follow: true, model: "a" }],
    // What is not said has its default.
    [["n"], { wait: "30", cache: true, color: true, model: undefined, follow: undefined }],
    [["n", "--no-cache", "--no-color"], { cache: false, color: false }],
    // Said twice, the last one holds; a script may add to what it has.
    [["n", "--model", "a", "--model=b", "-m", "c"], { model: "c" }],
    [["n", "--follow", "--follow"], { follow: true }],
    // Numbers below zero are values.
    [["n", "--keep-alive", "-1"], { "keep-alive": "-1" }],
    [["n", "--keep-alive=-1"], { "keep-alive": "-1" }],
    [["n", "-k", "-1m"], { "keep-alive": "-1m" }],
    // So is an option's name, for who means it.
    [["n", "--model=--json"], { model: "--json", json: undefined }],
    [["n", "--model", "--- a line"], { model: "--- a line" }],
    // Behind two dashes all are words.
    [["--", "n"], { name: "n" }],
    [["--", "--model"], { name: "--model", model: undefined }],
    [["--json", "--", "-y"], { name: "-y", json: true, yes: undefined }],
    [["-"], { name: "-" }],
  ])("%j are read", (args, values) => {
    const { values: found, rest } = read(args);
    expect(rest).toEqual([]);
    for (const [name, value] of Object.entries(values)) expect(found[name], name).toBe(value);
  });

  it.each([
    [["n", "--nope"], "There is no option --nope."],
    [["n", "--nope=x"], "There is no option --nope."],
    [["n", "--mdoel", "a"], "There is no option --mdoel; did you mean --model?"],
    [["n", "--MODEL", "a"], "There is no option --MODEL; did you mean --model?"],
    [["n", "-x"], "There is no option -x."],
    [["n", "-fx"], "There is no option -x."],
    [["n", "-1"], "There is no option -1."],
    [["n", "---model"], "There is no option ---model; did you mean --model?"],
    [["n", "--=x"], "There is no option --=x."],
    // What every object has is no option.
    [["n", "--constructor", "x"], "There is no option --constructor."],
    [["n", "--__proto__=x"], "There is no option --__proto__."],
    [["n", "--no-constructor"], "There is no option --no-constructor."],
    // A word is no option.
    [["--name", "n"], "There is no option --name."],
    [["n", "--model"], "--model needs a value."],
    [["n", "--model="], "--model needs a value."],
    [["n", "--model", ""], "--model needs a value."],
    [["n", "-m"], "-m needs a value."],
    // Somebody has forgotten it, and gone on with the next.
    [["n", "--model", "--json"], "--model needs a value."],
    [["n", "--model", "--level=warn"], "--model needs a value."],
    [["n", "--model", "-y"], "--model needs a value."],
    [["n", "--model", "--no-cache"], "--model needs a value."],
    [["--model", "--", "n"], "--model needs a value."],
    [["n", "--follow=yes"], "--follow takes no value."],
    [["n", "--json=true"], "--json takes no value."],
    [["n", "--no-cache=1"], "--no-cache takes no value."],
    // Only what is on by itself can be switched off.
    [["n", "--no-follow"], "There is no option --no-follow."],
    [["n", "--no-json"], "There is no option --no-json."],
    [["n", "--no-model"], "There is no option --no-model."],
    [["n", "--no-no-cache"], "There is no option --no-no-cache."],
    [["n", "--no-"], "There is no option --no-."],
    [["n", "--level", "info"], "--level info: expected one of warn, error."],
    [[], "NAME is missing."],
    [["--follow"], "NAME is missing."],
    [["n", "more"], "more is one word too many."],
    [["n", "--", "--more"], "--more is one word too many."],
    [["n", "-"], "- is one word too many."],
  ])("%j are wrong use", (args, problem) => {
    expect(() => read(args)).toThrow(WrongUse);
    let said = "";
    try {
      read(args);
    } catch (err) {
      said = (err as Error).message;
    }
    expect(said).toBe(`${problem} How it is called: shared-ollama models pull --help`);
  });
});

describe("what a command takes as it is", () => {
  const withRest = (more: Partial<Command>): Command => ({
    ...defineCommand({
      args: { shell: { type: "positional", required: false, description: "A shell" } },
      rest: "WORD...",
      examples: [],
      json: { schema: {} },
      run: async () => {},
    }),
    ...more,
  });

  it.each([
    [["a", "b", "-c", "--d=e", "--f"], "a", ["b", "-c", "--d=e", "--f"]],
    [["a", "--", "--json"], "a", ["--json"]],
    [["--", "a", "--b"], "a", ["--b"]],
    [[], undefined, []],
  ])("%j follow its words", (args, shell, rest) => {
    const found = read(args, withRest({}));
    expect([found.values["shell"], found.rest]).toEqual([shell, rest]);
  });

  it.each([
    [["--", "a", "--b"], undefined, ["a", "--b"]],
    [["a", "--", "b"], "a", ["b"]],
    [["--", "--", "--json"], undefined, ["--", "--json"]],
  ])("%j stand behind the dashes, where that is said", (args, shell, rest) => {
    const found = read(args, withRest({ restBehindDashes: true }));
    expect([found.values["shell"], found.rest]).toEqual([shell, rest]);
    expect(found.values["json"]).toBeUndefined();
  });

  it("has no room for mistakes with options that it knows", () => {
    expect(() => read(["a", "--json=1"], withRest({}))).toThrow("--json takes no value");
    expect(() => read(["a", "--url"], withRest({}))).toThrow("--url needs a value");
  });
});
