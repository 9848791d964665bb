import { type Hash, createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { type FileHandle, open, rm, stat } from "node:fs/promises";
import { constants } from "node:fs";
import { FILE_MODE } from "../publish.ts";

/**
 * An unfinished download. The file is a prefix of the blob at any time, after a crash too. Bytes
 * are written at their own position, so that a second process that writes the same bytes does no
 * harm.
 */
export class PartialFile {
  readonly path: string;
  #file: FileHandle;
  #hash: Hash;
  #length = 0;

  private constructor(path: string, file: FileHandle) {
    this.path = path;
    this.#file = file;
    this.#hash = createHash("sha256");
  }

  /** Opens an existing file, or a new one. A file that is larger than `size` is removed first. */
  static async open(path: string, size: number, signal: AbortSignal): Promise<PartialFile> {
    const found = await stat(path).catch(() => undefined);
    if (found && found.size > size) await rm(path, { force: true });
    const partial = new PartialFile(path, await openFile(path));
    try {
      await partial.#readBack(signal);
      return partial;
    } catch (err) {
      await partial.close();
      throw err;
    }
  }

  /** Bytes in the file. */
  get length(): number {
    return this.#length;
  }

  /** `sha256:<hex>` of the file's bytes. */
  get digest(): string {
    return `sha256:${this.#hash.copy().digest("hex")}`;
  }

  async append(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      const { bytesWritten } = await this.#file.write(
        bytes,
        at,
        bytes.length - at,
        this.#length + at,
      );
      at += bytesWritten;
    }
    this.#hash.update(bytes);
    this.#length += bytes.length;
  }

  /** Starts again with a new, empty file: another process may use the old one by now. */
  async restart(): Promise<void> {
    await this.#file.close();
    await rm(this.path, { force: true });
    this.#file = await openFile(this.path);
    this.#hash = createHash("sha256");
    this.#length = 0;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  async #readBack(signal: AbortSignal): Promise<void> {
    for await (const chunk of createReadStream(this.path, { highWaterMark: 1 << 20, signal })) {
      this.#hash.update(chunk as Buffer);
      this.#length += (chunk as Buffer).length;
    }
  }
}

function openFile(path: string): Promise<FileHandle> {
  return open(path, constants.O_RDWR | constants.O_CREAT, FILE_MODE);
}
