import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { findOllama } from "../../../src/hosts/find-ollama.ts";
import { cli, cliInTerminal, expectOneLine, expectToFit } from "../../support/cli.ts";
import { expectShape } from "../../support/cli-shapes.ts";
import { makeHome } from "../../support/service-process.ts";

/** A machine whose `sh` writes down what it is to run, and runs nothing. */
async function machine() {
  const home = await makeHome();
  const bin = join(home, "bin");
  await mkdir(bin);
  const called = join(home, "called");
  await writeFile(join(bin, "sh"), `#!/bin/sh\nprintf '%s\\n' "$@" >> '${called}'\n`);
  await chmod(join(bin, "sh"), 0o755);
  return {
    bin,
    env: { HOME: home, PATH: bin },
    called: () => readFile(called, "utf8").catch(() => ""),
  };
}

const hasOllama = (await findOllama("")) !== undefined;

describe("shared-ollama install", () => {
  it("writes its plan for this system and for others, and does nothing", async () => {
    const { env, called } = await machine();
    for (const args of [[], ["--for", "macos"], ["--for", "linux"], ["--upgrade"]]) {
      const plan = await cli(["install", "--plan", "--json", ...args], { env });
      expect(plan.code, plan.stderr).toBe(0);
      expect(await expectShape("install", plan.stdout)).toMatchObject({ done: false });
    }
    const mac = await cli(["install", "--plan", "--for", "macos"], { env });
    expect(mac.stdout).toMatch(/^brew install ollama$/m);
    expect(mac.stdout).toMatch(/^brew services stop ollama \|\| true$/m);
    expectToFit(mac.stdout);
    expect(await called()).toBe("");
  });

  it.skipIf(hasOllama || process.platform !== "linux")("runs nothing without a yes", async () => {
    const { env, called } = await machine();
    const unasked = await cli(["install"], { env });
    expect(unasked.code).toBe(2);
    expect(unasked.stderr).toContain("--yes");
    const refused = cliInTerminal(["install"], {
      env: { ...env, PATH: process.env["PATH"] ?? "" },
    });
    await refused.shows("Do this?");
    refused.type("n");
    await refused.endsWith(1);
    expect(await called()).toBe("");

    const agreed = await cli(["install", "--yes", "--json"], { env });
    expect(agreed.code, agreed.stderr).toBe(0);
    expect(await expectShape("install", agreed.stdout)).toMatchObject({ done: true });
    expect(await called()).toBe("-c\ncurl -fsSL https://ollama.com/install.sh | sh\n");
  });

  it("has nothing to do where Ollama is", async () => {
    const { env, bin, called } = await machine();
    await writeFile(join(bin, "ollama"), "#!/bin/sh\necho 'ollama version is 0.13.5'\n");
    await chmod(join(bin, "ollama"), 0o755);
    const end = await cli(["install"], { env });
    expect(end.code, end.stderr).toBe(0);
    expect(end.stdout).toContain(`Ollama 0.13.5 is at ${join(bin, "ollama")}`);
    expect(await called()).toBe("");
  });

  it.each([
    [["--for", "macos"], "--for is for plans"],
    [["--for", "windows", "--plan"], "expected one of"],
    [["ollama"], "one word too many"],
  ])("is wrong use: %s", async (args, words) => {
    const end = await cli(["install", ...args]);
    expect(end.code).toBe(2);
    expect(end.stderr).toContain(words);
    expectOneLine(end);
  });
});
