import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { allCommands, CATALOG } from "../../../src/cli/catalog.ts";
import { projectRoot } from "../../../src/runtime/paths.ts";
import { cli, cliInTerminal, expectOneLine, expectToFit } from "../../support/cli.ts";

const NAMES = allCommands().map(({ words }) => words.join(" "));

describe("shared-ollama", () => {
  it("lists all commands, on 80 columns", async () => {
    for (const args of [[], ["--help"], ["help"], ["-h"]]) {
      const { code, stdout, stderr } = await cli(args);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expectToFit(stdout);
      for (const { entries } of CATALOG) {
        for (const { name, summary } of entries) {
          expect(stdout).toMatch(new RegExp(`^  ${name} +\\S`, "m"));
          expect(stdout).toContain(summary.slice(0, 20));
        }
      }
    }
  });

  it.each(NAMES)("explains %s, with examples", async (name) => {
    const { code, stdout } = await cli([...name.split(" "), "--help"]);
    expect(code).toBe(0);
    // What is copied stands on one line, however long.
    const named = allCommands().find(({ words }) => words.join(" ") === name);
    const examples = (await named?.entry.load())?.examples.map(({ line }) => `  ${line}`) ?? [];
    expect(examples).not.toEqual([]);
    const lines = stdout.split("\n");
    expectToFit(lines.filter((line) => !examples.includes(line)).join("\n"));
    expect(stdout).toContain(`Usage  shared-ollama ${name}`);
    expect(stdout).toMatch(/\nExamples\n {2}# .*\n[^]* {2}shared-ollama /);
    expect(stdout).toContain("--json");
  });

  it("has heads in bold in a terminal", async () => {
    const terminal = cliInTerminal(["--help"]);
    expectToFit(await terminal.endsWith(0));
    expect(terminal.raw()).toContain("\u001B[1m");
    const forced = await cli(["--help"], { env: { FORCE_COLOR: "1" } });
    expect(forced.stdout).toContain("\u001B[1m");
    const not = await cli(["--help", "--no-color"], { env: { FORCE_COLOR: "1" } });
    expect(not.stdout).not.toContain("\u001B");
  });

  it.each([
    [["statsu"], "Did you mean: shared-ollama status"],
    [["xyzzy"], "All: shared-ollama --help"],
    [["status", "--jsno"], "did you mean --json?"],
    [["status", "--json=yes"], "--json takes no value"],
    [["status", "--url="], "--url needs a value"],
    [["health", "now"], "now is one word too many"],
  ])("ends with 2 and one line for %j", async (args, told) => {
    const end = await cli(args);
    expectOneLine(end);
    expect(end.code).toBe(2);
    expect(end.stderr).toContain(told);
  });

  it.skipIf(process.platform !== "linux").each([
    ["the results", ">", 1, /^Cannot write the output: .*full\n$/],
    ["the errors", "2>", 3, /^$/],
  ])("ends with its exit code where a full disk takes not %s", (_name, to, code, told) => {
    const command = to === ">" ? "--help" : "health --url http://127.0.0.1:9";
    const { status, stderr } = spawnSync(
      "sh",
      ["-c", `exec "$0" src/cli.mjs ${command} ${to} /dev/full`, process.execPath],
      { cwd: projectRoot, encoding: "utf8", timeout: 40_000 },
    );
    expect({ status, stderr }).toEqual({ status: code, stderr: expect.stringMatching(told) });
  });
});
