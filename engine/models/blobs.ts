import { lstat, mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { digestOf, parseDigest } from "./digests.ts";
import { FOLDER_MODE, publish } from "./publish.ts";

const WORK_PREFIX = ".incoming-";
const PARTIAL = "-partial";
/** An unfinished download is given up when it was not continued for this long. */
const PARTIAL_KEPT_MS = 7 * 86_400_000;

/**
 * Files named by their digest, in Ollama's layout. A file counts only under its final name, which
 * it gets by a rename. Unfinished downloads lie beside it, to be continued. All other unfinished
 * files lie in a work folder, one for each process.
 */
export class BlobFolder {
  readonly folder: string;
  readonly #root: string;
  readonly #pid: number;
  readonly #pins = new Map<string, number>();
  #works = 0;

  constructor({ root, pid = process.pid }: { root: string; pid?: number }) {
    this.#root = root;
    this.folder = join(root, "blobs");
    this.#pid = pid;
  }

  /**
   * Creates the folders, and removes unfinished files of processes that have ended. Returns whether
   * no other living process works in this store.
   */
  async prepare(): Promise<{ alone: boolean }> {
    await mkdir(this.folder, { recursive: true, mode: FOLDER_MODE });
    let alone = true;
    for (const name of await readdir(this.#root)) {
      if (!name.startsWith(WORK_PREFIX)) continue;
      const owner = Number(name.slice(WORK_PREFIX.length).split("-")[0]);
      if (owner !== this.#pid && isAlive(owner)) alone = false;
      else await rm(join(this.#root, name), { recursive: true, force: true });
    }
    await makeFolders([this.#root, this.#workRoot]);
    return { alone };
  }

  /** Whether the folder exists and can be read. */
  async isThere(): Promise<boolean> {
    return readdir(this.folder).then(
      () => true,
      () => false,
    );
  }

  /** Removes this process's work folder, which marks the store as in use. */
  async close(): Promise<void> {
    await rm(this.#workRoot, { recursive: true, force: true });
  }

  /** @throws {Error} for what is no digest: it must not become part of a path. */
  path(digest: string): string {
    const checked = parseDigest(digest);
    if (checked === undefined) throw new Error("invalid digest format");
    return join(this.folder, checked.replace(":", "-"));
  }

  /** The path of an unfinished download of this blob. */
  partialPath(digest: string): string {
    return `${this.path(digest)}${PARTIAL}`;
  }

  /** The size of a blob in bytes; `undefined` when it is missing. */
  async size(digest: string): Promise<number | undefined> {
    const found = await stat(this.path(digest)).catch(() => undefined);
    return found?.isFile() ? found.size : undefined;
  }

  /** The size of a blob's unfinished download, in bytes. */
  async partialSize(digest: string): Promise<number> {
    const found = await stat(this.partialPath(digest)).catch(() => undefined);
    return found?.size ?? 0;
  }

  /** Whether the blob exists with this many bytes. Its content was checked when it was adopted. */
  async has(digest: string, size: number): Promise<boolean> {
    return (await this.size(digest)) === size;
  }

  /**
   * Runs `use` with a folder of its own on the same disk, which is removed afterwards in any case.
   */
  async withWorkFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
    this.#works += 1;
    const folder = join(this.#workRoot, String(this.#works));
    await makeFolders([this.#workRoot, folder]);
    try {
      return await use(folder);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** Moves a finished file, whose digest the caller has checked, to its final name. */
  async adopt(file: string, digest: string): Promise<void> {
    await publish(file, this.path(digest));
  }

  /**
   * Writes a small blob, which is pinned before it is written. Returns its digest and size; `fresh`
   * when the blob is new.
   */
  async write(
    text: string,
    pin: (digest: string) => void = () => {},
  ): Promise<{ digest: string; size: number; fresh: boolean }> {
    const bytes = Buffer.from(text);
    const digest = digestOf(bytes);
    pin(digest);
    const fresh = !(await this.has(digest, bytes.length));
    if (fresh) {
      await this.withWorkFolder(async (folder) => {
        const file = join(folder, "blob");
        await writeFile(file, bytes);
        await this.adopt(file, digest);
      });
    }
    return { digest, size: bytes.length, fresh };
  }

  /**
   * Runs `use` with a function that pins blobs: `removeUnused` leaves pinned blobs alone until
   * `use` has settled.
   */
  async withPins<T>(use: (pin: (digest: string) => void) => Promise<T>): Promise<T> {
    const named: string[] = [];
    try {
      return await use((digest) => {
        named.push(digest);
        this.#pins.set(digest, (this.#pins.get(digest) ?? 0) + 1);
      });
    } finally {
      for (const digest of named) {
        const count = (this.#pins.get(digest) ?? 1) - 1;
        if (count > 0) this.#pins.set(digest, count);
        else this.#pins.delete(digest);
      }
    }
  }

  /** Removes those of these blobs that are neither used nor pinned. */
  async removeUnused(digests: Iterable<string>, used: ReadonlySet<string>): Promise<void> {
    for (const digest of digests) {
      if (used.has(digest) || this.#pins.has(digest)) continue;
      await removeFile(this.path(digest));
    }
  }

  /** Removes every blob that is neither used nor pinned, and downloads that were given up. */
  async prune(used: ReadonlySet<string>): Promise<void> {
    const blobs: string[] = [];
    for (const name of await readdir(this.folder)) {
      const digest = parseDigest(name);
      if (digest) blobs.push(digest);
      else if (name.startsWith("sha256-") && !(await this.#canContinue(name))) {
        await removeFile(join(this.folder, name));
      }
    }
    await this.removeUnused(blobs, used);
  }

  async #canContinue(name: string): Promise<boolean> {
    if (!name.endsWith(PARTIAL) || !parseDigest(name.slice(0, -PARTIAL.length))) return false;
    const found = await stat(join(this.folder, name)).catch(() => undefined);
    return found !== undefined && Date.now() - found.mtimeMs < PARTIAL_KEPT_MS;
  }

  get #workRoot(): string {
    return join(this.#root, `${WORK_PREFIX}${this.#pid}`);
  }
}

/**
 * Creates folders one by one where creating them in one go fails: on a file system without write
 * access Node then reports ENOENT.
 */
async function makeFolders(folders: readonly [root: string, folder: string]): Promise<void> {
  try {
    await mkdir(folders[1], { recursive: true, mode: FOLDER_MODE });
  } catch {
    for (const path of folders) {
      await mkdir(path, { mode: FOLDER_MODE }).catch((err: unknown) => {
        if ((err as NodeJS.ErrnoException).code !== "EEXIST") throw err;
      });
    }
  }
}

/** Removes a file. Anything else with a blob's name is left alone. */
async function removeFile(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found && !found.isDirectory()) await rm(path, { force: true });
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (err) {
    // The process exists, but belongs to another user.
    return (err as NodeJS.ErrnoException).code === "EPERM";
  }
}
