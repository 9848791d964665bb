import { renameSync, rmSync } from "node:fs";

/** A log that has grown to this is set aside. */
export const LOG_LIMIT_BYTES = 10 * 1_048_576;

/** How many logs that were set aside are kept beside each. */
export const OLD_LOGS = 5;

/**
 * Makes room for a log that is to be set aside: `<path>.1` becomes `<path>.2` and so on, the
 * oldest goes. @returns the name that is free now.
 */
export function nextOldLog(path: string): string {
  rmSync(`${path}.${OLD_LOGS}`, { force: true });
  for (let age = OLD_LOGS - 1; age >= 1; age--)
    renameIfThere(`${path}.${age}`, `${path}.${age + 1}`);
  return `${path}.1`;
}

function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (err) {
    if ((err as NodeJS.ErrnoException).code !== "ENOENT") throw err;
  }
}
