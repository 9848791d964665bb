import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { findOllama } from "../../../src/hosts/find-ollama.ts";

/** Folders of which some hold a program, a plain file or a folder of that name. */
function folders(...kinds: ("program" | "plain" | "folder" | "empty")[]): string[] {
  const home = mkdtempSync(join(tmpdir(), "find-ollama-"));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  return kinds.map((kind, i) => {
    const folder = join(home, `${i}-${kind}`);
    mkdirSync(folder);
    const path = join(folder, "ollama");
    if (kind === "folder") mkdirSync(path);
    if (kind === "program" || kind === "plain") writeFileSync(path, "#!/bin/sh\n");
    if (kind === "program") chmodSync(path, 0o755);
    return folder;
  });
}

describe.skipIf(process.platform === "win32")("findOllama", () => {
  it("finds the first program in PATH, whatever else has its name", async () => {
    const path = folders("empty", "plain", "folder", "program", "program");
    expect(await findOllama(path.join(delimiter))).toBe(join(path[3] ?? "", "ollama"));
  });

  it("passes over empty parts and folders that are not there", async () => {
    const [folder = ""] = folders("program");
    const path = ["", join(folder, "missing"), "", folder].join(delimiter);
    expect(await findOllama(path)).toBe(join(folder, "ollama"));
  });

  it("takes nothing of PATH when that holds none", async () => {
    const [folder = ""] = folders("plain");
    const found = await findOllama(folder);
    expect(found?.startsWith(folder) ?? false).toBe(false);
    expect(await findOllama(undefined)).toBe(found);
  });
});
