import { open, rename } from "node:fs/promises";
import { dirname } from "node:path";

/** Modes of files that any program of this machine may read, as Ollama sets them. */
export const FILE_MODE = 0o644;
export const FOLDER_MODE = 0o755;

/**
 * Moves a finished file to its final name. Even after a loss of power the whole file has that name,
 * or none.
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

/** Makes renames and removals in a folder durable. */
export async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
