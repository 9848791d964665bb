import { lstat, mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { digestOf, parseDigest } from "./digests.ts";
import { FOLDER_MODE, publish } from "./publish.ts";

const WORK_PREFIX = ".incoming-";
const PARTIAL = "-partial";
/** An unfinished download that nobody has gone on with for so long is given up. */
const PARTIAL_KEPT_MS = 7 * 86_400_000;

/**
 * Files named by their digest, in Ollama's layout. A file counts only under its final name, where
 * it arrives by a rename. Unfinished downloads lie beside, to be continued; whatever else is
 * unfinished lies in a work folder that each process has of its own.
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
   * Makes the folders and removes what processes that ended have left half-finished. Returns
   * whether no other living process works in this store.
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

  /** Whether there is a folder whose blobs can be read. */
  async isThere(): Promise<boolean> {
    return readdir(this.folder).then(
      () => true,
      () => false,
    );
  }

  /** Takes the mark of this process off the store. */
  async close(): Promise<void> {
    await rm(this.#workRoot, { recursive: true, force: true });
  }

  /** @throws {Error} for what is no digest: it must not become part of a path. */
  path(digest: string): string {
    const checked = parseDigest(digest);
    if (checked === undefined) throw new Error("invalid digest format");
    return join(this.folder, checked.replace(":", "-"));
  }

  /** Where an unfinished download of this blob lies. */
  partialPath(digest: string): string {
    return `${this.path(digest)}${PARTIAL}`;
  }

  /** The size of a blob that is there, `undefined` otherwise. */
  async size(digest: string): Promise<number | undefined> {
    const found = await stat(this.path(digest)).catch(() => undefined);
    return found?.isFile() ? found.size : undefined;
  }

  /** How much of a blob an unfinished download has brought. */
  async partialSize(digest: string): Promise<number> {
    const found = await stat(this.partialPath(digest)).catch(() => undefined);
    return found?.size ?? 0;
  }

  /**
   * Whether the blob is there with this many bytes; its content was checked when it was adopted.
   */
  async has(digest: string, size: number): Promise<boolean> {
    return (await this.size(digest)) === size;
  }

  /** Runs `use` with a folder of its own on the same disk, removed afterwards in any case. */
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

  /** Takes a finished file, whose digest the caller has checked, under its final name. */
  async adopt(file: string, digest: string): Promise<void> {
    await publish(file, this.path(digest));
  }

  /**
   * Writes a small blob, which is kept from the first moment, and returns its digest and size;
   * `fresh` when it was not there yet.
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

  /** Until `use` has settled, `removeUnused` leaves the blobs alone that it names to `pin`. */
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

  /** Removes those of these blobs that are not in use. */
  async removeUnused(digests: Iterable<string>, used: ReadonlySet<string>): Promise<void> {
    for (const digest of digests) {
      if (used.has(digest) || this.#pins.has(digest)) continue;
      await removeFile(this.path(digest));
    }
  }

  /** Removes every blob that is not in use, and downloads that nobody will continue. */
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

/** The parents first; made in one go, Node says of a file system without write access ENOENT. */
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

/** What has a blob's name and is no file is none, and is left alone. */
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
    // Somebody else's process lives too.
    return (err as NodeJS.ErrnoException).code === "EPERM";
  }
}
