import { execFileSync } from "node:child_process";
import { lstat, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { CliError } from "../../../../src/cli/cli-error.ts";
import { exportTo } from "../../../../src/cli/watching/export-file.ts";
import { within } from "../../../support/deadline.ts";

async function* bytes(): AsyncGenerator<Uint8Array> {
  yield Buffer.from("whole");
}

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "shared-ollama-export-"));
  onTestFinished(() => rm(path, { recursive: true }));
  return path;
}

const { signal } = new AbortController();

describe("an export", () => {
  it("goes through a link, which stays one", async () => {
    const home = await folder();
    const [file, link] = [join(home, "file"), join(home, "link")];
    await writeFile(file, "old");
    await symlink(file, link);
    await exportTo(link, bytes(), signal);
    expect(await readFile(file, "utf8")).toBe("whole");
    expect((await lstat(link)).isSymbolicLink()).toBe(true);
  });

  it("goes into a pipe, which stays one", async () => {
    const pipe = join(await folder(), "pipe");
    execFileSync("mkfifo", [pipe]);
    const read = readFile(pipe, "utf8");
    await within(exportTo(pipe, bytes(), signal), "the end of the export", 5000);
    expect(await within(read, "what came through the pipe", 5000)).toBe("whole");
    expect((await lstat(pipe)).isFIFO()).toBe(true);
  });

  it("keeps the words of an answer that breaks off, and leaves nothing behind", async () => {
    const home = await folder();
    const broken = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from("half");
      throw new CliError("broken off");
    };
    const file = join(home, "file");
    await expect(exportTo(file, broken(), signal)).rejects.toThrow(/^broken off$/);
    expect(await readdir(home)).toEqual([]);
  });
});
