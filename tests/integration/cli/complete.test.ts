import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { freePort } from "../../../src/hosts/server.ts";
import { projectRoot } from "../../../src/runtime/paths.ts";
import { cli, expectOneLine } from "../../support/cli.ts";
import { startFakeOllama } from "../../support/fake-ollama.ts";
import { startGateway } from "../../support/gateway.ts";

/** What each shell does at Tab behind a line. */
const SHELLS = {
  bash: (line: string) =>
    `source <(shared-ollama complete bash); COMP_LINE='${line}'; COMP_POINT=${line.length}; ` +
    `compopt() { :; }; __shared_ollama_words; printf '%s\\n' "\${COMPREPLY[@]}"`,
  fish: (line: string) => `shared-ollama complete fish | source; complete -C '${line}'`,
};

describe("shared-ollama complete", () => {
  it.each(Object.entries(SHELLS))("is asked by %s at Tab", async (shell, script) => {
    const env = await withProgram();
    const words = async (line: string): Promise<string[]> =>
      (await run(shell, ["-c", script(line)], env))
        .split("\n")
        .map((word) => word.replace(/\t.*/, "").trim())
        .filter((word) => word !== "");
    expect(await words("shared-ollama sta")).toEqual(expect.arrayContaining(["start", "status"]));
    expect(await words("shared-ollama logs --lev")).toEqual(["--level"]);
    expect(await words("shared-ollama logs --level ")).toEqual(
      expect.arrayContaining(["debug", "error"]),
    );
  });

  it("is loaded by zsh, for this program", async () => {
    const script =
      "autoload -U compinit && compinit -u -D && source <(shared-ollama complete zsh) && print $_comps[shared-ollama]";
    expect(await run("zsh", ["-f", "-c", script], await withProgram())).toBe("_shared-ollama\n");
  });

  it("does not wait for a service that does not answer", async () => {
    const env = { SHARED_OLLAMA_URL: `http://127.0.0.1:${await freePort(0)}` };
    const { code, stdout, stderr } = await cli(["complete", "--", "heal"], { env });
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^health\t.*\n:\d+\n$/);
  });

  it("asks the service for names of models", async () => {
    const ollama = await startFakeOllama({ models: ["qwen3:14b"] });
    const { url } = await startGateway({ OLLAMA_BASE_URL: ollama.url });
    const { code } = await cli(["complete", "--", "sta"], { env: { SHARED_OLLAMA_URL: url } });
    expect(code).toBe(0);
    expect(ollama.to("/api/tags").length).toBeGreaterThan(0);
  });

  it.each([[[]], [["tcsh"]], [["bash", "zsh"]]])("ends with 2 for %j", async (shells) => {
    const end = await cli(["complete", ...shells]);
    expectOneLine(end);
    expect(end.code).toBe(2);
  });
});

/** An environment where the program is found by its name, as after `npm link`. */
async function withProgram(): Promise<NodeJS.ProcessEnv> {
  const folder = await mkdtemp(join(tmpdir(), "shared-ollama-bin-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const program = `#!/bin/sh\nexec "${process.execPath}" "${join(projectRoot, "src/cli.mjs")}" "$@"\n`;
  await writeFile(join(folder, "shared-ollama"), program, { mode: 0o755 });
  const url = `http://127.0.0.1:${await freePort(0)}`;
  const path = [folder, process.env["PATH"] ?? ""].join(delimiter);
  return { ...process.env, PATH: path, HOME: folder, SHARED_OLLAMA_URL: url };
}

function run(program: string, args: string[], env: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(program, args, { env, timeout: 60_000 }, (err, stdout, stderr) => {
      if (err) reject(new Error(`${stdout}${stderr}`, { cause: err }));
      else resolve(stdout);
    });
  });
}
