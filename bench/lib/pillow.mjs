import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Program } from "./program.mjs";

const python = process.env.PYTHON ?? "python3";
const script = fileURLToPath(new URL("../programs/pillow.py", import.meta.url));

/** @throws Error that says what to install, when Pillow or NumPy is missing. */
export function requirePillow() {
  const { status } = spawnSync(python, ["-c", "import numpy, PIL"], { stdio: "ignore" });
  if (status === 0) return;
  throw new Error(
    `${python} lacks Pillow or NumPy: pip install pillow numpy (PYTHON names another)`,
  );
}

/**
 * Runs one command of programs/pillow.py.
 * @param {"make" | "time" | "judge"} command
 * @param {(string | number)[]} args
 */
export async function pillow(command, ...args) {
  const program = new Program(python, [script, command, ...args.map(String)]);
  return JSON.parse(await program.finished());
}

/**
 * Gives a folder for pictures, and removes it afterwards.
 * @template T
 * @param {(folder: string) => Promise<T>} use
 */
export async function withPictureFolder(use) {
  const folder = await mkdtemp(join(tmpdir(), "shared-ollama-pictures-"));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
