import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { CliError } from "../cli-error.ts";

/**
 * Writes an answer's body to a file, which is there whole or not at all; one of that name is replaced.
 * @throws CliError where the file cannot be written; the signal's reason.
 */
export async function exportTo(
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
    signal.throwIfAborted();
    throw new CliError(`${file} could not be written: ${(err as Error).message}`);
  }
}
