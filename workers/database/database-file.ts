import { chmodSync, closeSync, existsSync, mkdirSync, openSync, renameSync } from "node:fs";
import { dirname } from "node:path";

/** SQLite's files beside the database in WAL mode. */
const BESIDE = ["-wal", "-shm"];

/**
 * Creates the file and its folder, for this user alone. SQLite gives the files beside it the same
 * mode.
 */
export function prepareFile(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  try {
    closeSync(openSync(file, "wx", 0o600));
  } catch (err) {
    if ((err as NodeJS.ErrnoException).code !== "EEXIST") throw err;
    // The file is never opened here: closing it would end the locks that this process has on it.
    for (const path of [file, ...BESIDE.map((end) => file + end)]) {
      if (existsSync(path)) chmodSync(path, 0o600);
    }
  }
}

/** Renames a file, with the files beside it. */
export function setAside(file: string, at: Date): string {
  const name = `${file}.unusable-${at.toISOString().replaceAll(/[:.]/g, "-")}`;
  renameSync(file, name);
  for (const end of BESIDE) if (existsSync(file + end)) renameSync(file + end, name + end);
  return name;
}
