import { execFile } from "node:child_process";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { doSteps } from "../../../../src/cli/steps/do-steps.ts";
import { planAsShell, type Step } from "../../../../src/cli/steps/step.ts";
import { makeHome } from "../../../support/service-process.ts";

const run = promisify(execFile);
const TEXT = "one\nEOF\n$HOME `id` 'quoted'\n";

async function stepsIn(home: string): Promise<Step[]> {
  await writeFile(join(home, "old file"), "");
  return [
    { kind: "folder", path: join(home, "a folder") },
    { kind: "write", path: join(home, "sub", "it's a file"), text: TEXT, mode: 0o640 },
    { kind: "remove", path: join(home, "old file") },
    { kind: "run", command: ["false"], mayFail: true },
    { kind: "run", command: ["cp", join(home, "sub", "it's a file"), join(home, "copy")] },
  ];
}

async function expectDone(home: string): Promise<void> {
  expect(await readFile(join(home, "copy"), "utf8")).toBe(TEXT);
  const written = await stat(join(home, "sub", "it's a file"));
  expect((written.mode & 0o777).toString(8)).toBe("640");
  expect((await stat(join(home, "a folder"))).isDirectory()).toBe(true);
  await expect(stat(join(home, "old file"))).rejects.toThrow("ENOENT");
}

describe("the steps of a plan", () => {
  it("are done one after another", async () => {
    const home = await makeHome();
    const said: string[] = [];
    const say = (line: string): void => void said.push(line);
    await doSteps(await stepsIn(home), { say, env: process.env, output: "stderr" });
    await expectDone(home);
    expect(said).toHaveLength(5);
    expect(said[3]).toBe("Running false");
  });

  it("are the same when they are pasted into a shell", async () => {
    const home = await makeHome();
    const plan = { does: "Does it.", steps: await stepsIn(home), notes: ["Two\nlines"] };
    const shell = planAsShell(plan);
    await run("sh", ["-e", "-c", shell]);
    await expectDone(home);
    expect(shell).toContain("# Does it.");
    expect(shell).toContain("# Two\n# lines");
  });

  it.each([
    [["false"], "false failed with status 1"],
    [["no-such-program-here", "x y"], "no-such-program-here 'x y' is not installed here"],
    [["sh", "-c", "kill -9 $$"], "was ended by SIGKILL"],
  ])("end with the first that fails: %s", async (command, message) => {
    const home = await makeHome();
    const steps: Step[] = [
      { kind: "run", command },
      { kind: "write", path: join(home, "later"), text: "", mode: 0o600 },
    ];
    const doing = doSteps(steps, { say: () => {}, env: process.env, output: "stderr" });
    await expect(doing).rejects.toThrow(message);
    await expect(stat(join(home, "later"))).rejects.toThrow("ENOENT");
  });
});
