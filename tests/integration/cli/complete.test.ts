import { describe, expect, it } from "vitest";
import { cli, expectOneLine } from "../../support/cli.ts";
import { expectShape } from "../../support/cli-shapes.ts";
import { SHELLS, startCompletingShell } from "../../support/completing-shell.ts";
import { until } from "../../support/deadline.ts";
import { startService } from "../../support/service.ts";

const NOBODY = "http://127.0.0.1:9";
const RETURN = "\r";
const TAB = "\t";

/** What the words may become, each with its meaning, and how the shell takes them. */
async function answersTo(words: string[], url = NOBODY) {
  const { code, stdout, stderr } = await cli(["complete", "--", ...words], {
    env: { SHARED_OLLAMA_URL: url },
  });
  expect(stderr).toBe("");
  expect(code).toBe(0);
  const lines = stdout.split("\n").filter((line) => line !== "");
  const answers = lines.filter((line) => !line.startsWith(":")).map((line) => line.split("\t"));
  return { names: answers.map(([name]) => name), answers, isFile: lines.at(-1) === ":0" };
}

describe("shared-ollama complete --", () => {
  it("knows commands, what they are for, and commands below them", async () => {
    const { answers } = await answersTo(["he"]);
    expect(answers).toEqual([
      ["health", "Whether it is ready for questions; the exit code says it too"],
    ]);
    const { names } = await answersTo(["models", "p"]);
    expect(names).toEqual(["ps", "pull", "pin"]);
    const all = await answersTo([""]);
    expect(all.names).toEqual(expect.arrayContaining(["start", "models", "queue", "complete"]));
    expect(new Set(all.names).size).toBe(all.names.length);
  });

  it("knows options, of a command by its other name too, and values that are a choice", async () => {
    const own = await answersTo(["ask", "--m"]);
    expect(own.names).toEqual(["--model", "--max-tokens"]);
    const global = await answersTo(["models", "ls", "--p"]);
    expect(global.names).toEqual(["--project"]);
    expect((await answersTo(["logs", "--level", "w"])).names).toEqual(["warn"]);
    expect((await answersTo(["logs", "--level=w"])).names).toEqual(["warn"]);
    expect((await answersTo(["connect", "openai-p"])).names).toEqual(["openai-python"]);
  });

  it("says where a file may stand", async () => {
    expect((await answersTo(["models", "create", "own", "--modelfile", ""])).isFile).toBe(true);
    expect((await answersTo(["models", "show", ""])).isFile).toBe(false);
  });

  it("knows names of models and requests from the service that the words name", async () => {
    const { gateway } = await startService({}, {}, { aliases: { "gpt-4o": "fake" } });
    /** A busy machine may need more time for the answer than completion has for it. */
    const namesFor = async (words: string[], url?: string): Promise<unknown> => {
      let names: unknown[] = [];
      await until(async () => ({ names } = await answersTo(words, url)).names.length > 0, "names");
      return names;
    };
    const shown = await namesFor(["--url", gateway.url, "models", "show", ""]);
    expect(shown).toEqual(["fake:latest", "all-minilm:latest", "gpt-4o"]);
    expect(await namesFor(["ask", "--model", "fake:"], gateway.url)).toEqual(["fake:latest"]);
  });

  it("has no answer, and nothing to say, for what makes no sense", async () => {
    expect((await answersTo(["nothing", "such", ""])).names).toEqual([]);
    expect((await answersTo(["models", "show", ""])).names).toEqual([]);
    expect((await answersTo(["--url", "no address", "models", "show", ""])).names).toEqual([]);
  });
});

describe("shared-ollama complete SHELL", () => {
  it("writes a script, as JSON too", async () => {
    const { stdout, code } = await cli(["complete", "fish"]);
    expect(code).toBe(0);
    expect(stdout).toContain("complete -c shared-ollama");
    const json = await cli(["complete", "fish", "--json"]);
    await expectShape("complete", json.stdout);
    expect(JSON.parse(json.stdout)).toEqual({ shell: "fish", script: stdout });
  });

  it("knows three shells", async () => {
    for (const args of [["complete"], ["complete", "cmd"]]) {
      const end = await cli(args);
      expect(end.code).toBe(2);
      expectOneLine(end);
      expect(end.stderr).toContain("expected bash, zsh or fish");
    }
  });
});

describe.each(SHELLS)("in $shell", (shell) => {
  it("Tab completes commands, options, and names with a colon", { timeout: 120_000 }, async () => {
    const { gateway } = await startService();
    const terminal = await startCompletingShell(shell, gateway.url);
    const typed = async (begin: string, whole: string): Promise<void> => {
      terminal.type(begin + TAB);
      await terminal.shows(whole);
      // Nothing of it runs.
      terminal.type("\u0015");
    };
    await typed("shared-ollama stat", "shared-ollama status");
    await typed("shared-ollama models sh", "models show");
    await typed("shared-ollama models show fa", "models show fake:latest");
    await typed("shared-ollama models show all-minilm:l", "models show all-minilm:latest");
    await typed("shared-ollama logs --lev", "logs --level");
    await typed("shared-ollama logs --level=w", "--level=warn");
    await typed("shared-ollama models create own --modelfile READ", "--modelfile README.md");
    // What is typed is handed over, and not run.
    terminal.type(`shared-ollama ask "$(touch ~/ran)" --mod${TAB}`);
    await terminal.shows(/--model /);
    terminal.type(`\u0015ls ~/ran || echo not''hing ran${RETURN}`);
    await terminal.shows(/^nothing ran/m);
    terminal.type(`exit${RETURN}`);
    await terminal.endsWith(0);
  });
});
