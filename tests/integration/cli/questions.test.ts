import { describe, expect, it } from "vitest";
import { cliInTerminal, inTerminal } from "../../support/cli.ts";
import { startCliService } from "../../support/cli-service.ts";

/** A command that asks before it takes something away. */
async function asked(args: string[] = []) {
  const service = await startCliService();
  const terminal = cliInTerminal(["models", "rm", "fake", ...args], service);
  await terminal.shows(/Remove fake, for everyone who uses this service\?[^]*No/);
  return { terminal, isThere: () => service.ollama.installed.has("fake:latest") };
}

describe("A question of a command", () => {
  it.each([
    ["Enter alone", "\r"],
    ["n", "n"],
  ])("is answered with no by %s", async (_name, keys) => {
    const { terminal, isThere } = await asked();
    terminal.type(keys);
    expect(await terminal.endsWith(1)).toMatch(/\nNothing was changed\n$/);
    expect(isThere()).toBe(true);
  });

  it.each([
    ["Ctrl-C", "\u0003"],
    ["Ctrl-D", "\u0004"],
  ])("ends with 130 at %s, and not a word", async (_name, keys) => {
    const { terminal, isThere } = await asked();
    terminal.type(keys);
    expect(await terminal.endsWith(130)).not.toContain("changed");
    expect(isThere()).toBe(true);
  });

  it("is answered with yes by y, and has no colours with --no-color", async () => {
    const { terminal, isThere } = await asked(["--no-color"]);
    terminal.type("y");
    await terminal.endsWith(0);
    expect(isThere()).toBe(false);
    // oxlint-disable-next-line no-control-regex -- these are what a terminal is told
    expect(terminal.raw()).not.toMatch(/\u001B\[(?:\d+;)*(?:3|4|9|10)\d(?:;\d+)*m/);
  });

  it("leaves a terminal that shows what is typed", async () => {
    const service = await startCliService();
    const program = `"${process.execPath}" src/cli.mjs models rm fake; stty -a`;
    const shell = inTerminal(["sh", "-c", program], service);
    await shell.shows(/Remove fake[^]*No/);
    shell.type("\u0003");
    await shell.shows(/ echo /);
    expect(shell.text()).toMatch(/ icanon /);
  });
});
