import { chmodSync, closeSync, existsSync, mkdirSync, openSync, renameSync } from "node:fs";
import { dirname } from "node:path";

/** What SQLite has beside a file in WAL mode. */
const BESIDE = ["-wal", "-shm"];

/** Makes the file and its folder, for this user alone; SQLite gives what is beside it its mode. */
export function prepareFile(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  try {
    closeSync(openSync(file, "wx", 0o600));
  } catch (err) {
    if ((err as NodeJS.ErrnoException).code !== "EEXIST") throw err;
    // Never opened here: to close it would end the locks that this process has on it.
    for (const path of [file, ...BESIDE.map((end) => file + end)]) {
      if (existsSync(path)) chmodSync(path, 0o600);
    }
  }
}

/** Gives a file another name, with what is beside it. @returns the name. */
export function setAside(file: string, at: Date): string {
  const name = `${file}.unusable-${at.toISOString().replaceAll(/[:.]/g, "-")}`;
  renameSync(file, name);
  for (const end of BESIDE) if (existsSync(file + end)) renameSync(file + end, name + end);
  return name;
}
