import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { cutsInSilence, isAtLeast, ollamaVersion } from "../../../src/hosts/ollama-version.ts";
import { within } from "../../support/deadline.ts";

/** The version of a program with this text; undefined: there is no such program. */
async function versionOf(text: string | undefined): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), "ollama-version-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const program = join(folder, "ollama");
  if (text !== undefined) await writeFile(program, text, { mode: 0o755 });
  const env = { PATH: process.env["PATH"], OLLAMA_HOST: "elsewhere:1" };
  const { signal } = new AbortController();
  return within(ollamaVersion({ program, port: 4000, env, signal }), "the version");
}

const script = (...lines: string[]): string => ["#!/bin/sh", ...lines, ""].join("\n");

it.each([
  ["of a server", script("echo ollama version is 0.31.0"), "0.31.0"],
  ["of itself alone", script("echo 'Warning: client version is 0.30.0-rc1' >&2"), "0.30.0-rc1"],
  ["and fails", script("echo version is 0.13.5", "exit 1"), "0.13.5"],
  ["asked at the port", script('echo "version is 0.1.$OLLAMA_HOST"'), "0.1.127.0.0.1:4000"],
  ["and more without end", script("echo version is 0.31.0", "yes"), "0.31.0"],
])("a program that tells the version %s is understood", async (_what, text, version) => {
  expect(await versionOf(text)).toBe(version);
});

it.each([
  ["is missing", undefined],
  ["is no program of this machine", "\x7fELF"],
  ["says nothing", script("exit 1")],
  ["says something else", script("head -c 100000 /dev/urandom")],
  ["talks without end", script("yes version is")],
  ["hangs, and ends for no signal but one", script("trap '' TERM", "while :; do sleep 0.1; done")],
])("one that %s has none, and is not waited for", async (_what, text) => {
  expect(await versionOf(text)).toBeUndefined();
});

it.each([
  ["0.30.0", [0, 30], true],
  ["0.30.0-rc1", [0, 30], true],
  ["0.29.9", [0, 30], false],
  ["1.0", [0, 30], true],
  ["0.12.6", [0, 12, 6], true],
  ["0.12.5", [0, 12, 6], false],
  ["0.12", [0, 12, 6], false],
  ["0.13", [0, 12, 6], true],
  ["soon", [0, 30], false],
] as const)("%s against %j", (version, wanted, expected) => {
  expect(isAtLeast(version, wanted)).toBe(expected);
});

it.each([
  ["0.12.5", true],
  ["0.9.6", true],
  ["0.12.6", false],
  ["0.13.5", false],
  ["0.0.0", false],
  ["unknown", false],
])("an Ollama of version %s cuts in silence: %s", (version, expected) => {
  expect(cutsInSilence(version)).toBe(expected);
});
