import { createWriteStream } from "node:fs";
import { realpath, rename, rm, stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { fileProblem } from "../file-problem.ts";

/**
 * Writes an answer's body to a file, which is there whole or not at all; one of that name is replaced.
 * A device or a pipe gets the bytes as they come, and stays what it is.
 * @throws CliError where the file cannot be written; the signal's reason.
 */
export async function exportTo(
  file: string,
  body: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  try {
    const found = await stat(file).catch(() => undefined);
    if (found && !found.isFile()) await pipeline(body, createWriteStream(file), { signal });
    else await replace(found ? await realpath(file) : file, body, signal);
  } catch (err) {
    signal.throwIfAborted();
    throw fileProblem(err, `Cannot write ${file}`);
  }
}

async function replace(
  file: string,
  body: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  const beside = `${file}.${process.pid}.part`;
  try {
    await pipeline(body, createWriteStream(beside), { signal });
    await rename(beside, file);
  } catch (err) {
    await rm(beside, { force: true });
    throw err;
  }
}
