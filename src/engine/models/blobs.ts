import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { chmod, mkdir, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";

const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
const WORK_PREFIX = ".incoming-";

/** `sha256:<hex>` of these bytes. */
export function digestOf(bytes: Uint8Array | string): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

/** `sha256:<hex>` of a file, read in pieces. */
export async function digestOfFile(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    signal?.throwIfAborted();
    hash.update(chunk as Buffer);
  }
  return `sha256:${hash.digest("hex")}`;
}

/**
 * Files named by their digest, in Ollama's layout. A file counts only under its final name, where
 * it arrives by a rename; whatever is unfinished lies in a work folder beside and is removed at the
 * next start.
 */
export class BlobFolder {
  readonly #root: string;
  readonly #pid: number;
  #works = 0;

  constructor({ root, pid = process.pid }: { root: string; pid?: number }) {
    this.#root = root;
    this.#pid = pid;
  }

  /** Makes the folders and removes what processes that ended have left half-finished. */
  async prepare(): Promise<void> {
    await mkdir(join(this.#root, "blobs"), { recursive: true, mode: FOLDER_MODE });
    for (const name of await readdir(this.#root)) {
      if (!name.startsWith(WORK_PREFIX)) continue;
      const owner = Number(name.slice(WORK_PREFIX.length).split("-")[0]);
      if (owner === this.#pid || !isAlive(owner)) {
        await rm(join(this.#root, name), { recursive: true, force: true });
      }
    }
  }

  path(digest: string): string {
    return join(this.#root, "blobs", digest.replace(":", "-"));
  }

  /**
   * Whether the blob is there with this many bytes; its content was checked when it was adopted.
   */
  async has(digest: string, size: number): Promise<boolean> {
    const found = await stat(this.path(digest)).catch(() => undefined);
    return found?.size === size;
  }

  /** Runs `use` with a folder of its own on the same disk, removed afterwards in any case. */
  async withWorkFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
    this.#works += 1;
    const folder = join(this.#root, `${WORK_PREFIX}${this.#pid}-${this.#works}`);
    await mkdir(folder, { recursive: true, mode: FOLDER_MODE });
    try {
      return await use(folder);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** Takes a finished file, whose digest the caller has checked, under its final name. */
  async adopt(file: string, digest: string): Promise<void> {
    await chmod(file, FILE_MODE);
    await rename(file, this.path(digest));
  }

  /** Writes a small blob and returns its digest and size. */
  async write(text: string): Promise<{ digest: string; size: number }> {
    const bytes = Buffer.from(text);
    const digest = digestOf(bytes);
    await this.withWorkFolder(async (folder) => {
      const file = join(folder, "blob");
      await writeFile(file, bytes, { mode: FILE_MODE });
      await this.adopt(file, digest);
    });
    return { digest, size: bytes.length };
  }

  async remove(digest: string): Promise<void> {
    await rm(this.path(digest), { force: true });
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
