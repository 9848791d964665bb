import { ftruncateSync, readSync, writeFileSync } from "node:fs";
import { open, stat, type FileHandle } from "node:fs/promises";
import { LOG_LIMIT_BYTES, nextOldLog } from "./old-logs.ts";

interface OutsideLogsOptions {
  paths: string[];
  /** Called when a log cannot be copied; it is truncated all the same. */
  onFault: (err: unknown) => void;
  limitBytes?: number;
  everyMs?: number;
}

/** A server that logs every token writes about 1 MB in this time. */
const EVERY_MS = 10_000;
const COPY_BYTES = 1_048_576;

/**
 * Rotates logs that another program holds open, and that therefore cannot be renamed (logrotate's
 * `copytruncate`): a log is copied to `<path>.1` and truncated. That program has to append
 * (O_APPEND), or it would leave a hole. Of a log that outgrew its limit more than twice between two
 * rotations only the end is kept.
 */
export class OutsideLogs {
  readonly #options: OutsideLogsOptions;
  readonly #timer: NodeJS.Timeout;
  #rotating: Promise<void> | undefined;

  constructor(options: OutsideLogsOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.rotate(), options.everyMs ?? EVERY_MS).unref();
  }

  /** Rotates the logs that have grown large. Settles when that is done; never rejects. */
  rotate(): Promise<void> {
    this.#rotating ??= this.#rotateAll().finally(() => {
      this.#rotating = undefined;
    });
    return this.#rotating;
  }

  /** Stops; settles when a rotation under way has ended. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#rotating;
  }

  async #rotateAll(): Promise<void> {
    const { paths, limitBytes = LOG_LIMIT_BYTES, onFault } = this.#options;
    for (const path of paths) {
      const size = await stat(path).then(
        (found) => (found.isFile() ? found.size : 0),
        () => 0,
      );
      if (size <= limitBytes) continue;
      await setAside(path, limitBytes, onFault).catch(onFault);
    }
  }
}

/** Copies a log and truncates it, also where the disk is too full for the copy. */
async function setAside(
  path: string,
  limitBytes: number,
  onFault: (err: unknown) => void,
): Promise<void> {
  const log = await open(path, "r+");
  try {
    const { size } = await log.stat();
    const copy = await open(nextOldLog(path), "w", 0o600);
    try {
      await copyEnd(log, copy, Math.max(0, size - 2 * limitBytes));
    } catch (err) {
      onFault(err);
      ftruncateSync(log.fd, 0);
    } finally {
      await copy.close();
    }
  } finally {
    await log.close();
  }
}

/**
 * Moves what is behind `start` to the end of another file. The last step is synchronous, so that next
 * to nothing is written between it and the truncation.
 */
async function copyEnd(log: FileHandle, copy: FileHandle, start: number): Promise<void> {
  const chunk = Buffer.allocUnsafe(COPY_BYTES);
  let at = start;
  for (;;) {
    const { bytesRead } = await log.read(chunk, 0, chunk.length, at);
    await copy.writeFile(chunk.subarray(0, bytesRead));
    at += bytesRead;
    if (bytesRead < chunk.length) break;
  }
  for (let got = 0; (got = readSync(log.fd, chunk, 0, chunk.length, at)) > 0; at += got) {
    writeFileSync(copy.fd, chunk.subarray(0, got));
  }
  ftruncateSync(log.fd, 0);
}
