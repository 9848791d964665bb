import { describe, expect, it } from "vitest";
import { cliInTerminal, inTerminal } from "../../support/cli.ts";
import { startCliService } from "../../support/cli-service.ts";

const QUESTION = "Remove fake, for everyone who uses this service? [y/N] ";

/** A command that asks before it takes something away. */
async function asked(args: string[] = []) {
  const service = await startCliService();
  const terminal = cliInTerminal(["models", "rm", "fake", ...args], service);
  await terminal.shows(/\[y\/N\] $/);
  return { terminal, isThere: () => service.ollama.installed.has("fake:latest") };
}

describe("A question of a command", () => {
  it.each([
    ["Enter alone", "\r"],
    ["no", "no\r"],
    ["Ctrl-D", "\u0004"],
  ])("is answered with no by %s", async (_name, keys) => {
    const { terminal, isThere } = await asked();
    terminal.type(keys);
    expect(await terminal.endsWith(1)).toMatch(/\[y\/N\] .*\nNothing was changed\n$/);
    expect(isThere()).toBe(true);
  });

  it("ends with 130 at Ctrl-C, on a line of its own, and not a word", async () => {
    const { terminal, isThere } = await asked();
    terminal.interrupt();
    expect(await terminal.endsWith(130)).toBe(`${QUESTION}^C\n`);
    expect(isThere()).toBe(true);
  });

  it("has no colours with --no-color, and leaves a terminal that shows what is typed", async () => {
    const { terminal, isThere } = await asked(["--no-color"]);
    terminal.type("y\r");
    await terminal.endsWith(0);
    expect(isThere()).toBe(false);
    // Only modes are set, as every command leaves them.
    // oxlint-disable-next-line no-control-regex -- these are what a terminal is told
    expect(terminal.raw().replaceAll(/\u001B\[\?(25|7)h/g, "")).not.toContain("\u001B");
    const service = await startCliService();
    const program = `trap : INT; "${process.execPath}" src/cli.mjs models rm fake; stty -a`;
    const shell = inTerminal(["sh", "-c", program], service);
    await shell.shows(/\[y\/N\] $/);
    shell.interrupt();
    await shell.shows(/ echo /);
    expect(shell.text()).toMatch(/ icanon /);
  });
});
