import { open, rename } from "node:fs/promises";
import { dirname } from "node:path";

/** Files that any program of this machine may read, as Ollama makes them. */
export const FILE_MODE = 0o644;
export const FOLDER_MODE = 0o755;

/**
 * Puts a finished file under its final name. Whatever happens, even a loss of power, there is the
 * whole file or none of that name.
 */
export async function publish(file: string, path: string): Promise<void> {
  const handle = await open(file, "r+");
  try {
    await handle.chmod(FILE_MODE);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(file, path);
  await syncFolder(dirname(path));
}

/** Makes renames and removals in a folder last. */
export async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
