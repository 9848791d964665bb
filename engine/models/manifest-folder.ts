import type { Stats } from "node:fs";
import { mkdir, readFile, readdir, realpath, rm, rmdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { digestsIn } from "./digests.ts";
import { type ModelName, isModelName, sameName } from "./names.ts";
import { FOLDER_MODE, publish, syncFolder } from "./publish.ts";

const FOLDER = "manifests";
/** The largest manifest; those of the largest models have some thousand bytes. */
const MAX_MANIFEST_BYTES = 16 << 20;

/** The manifests of a store, one file a model: `manifests/<host>/<namespace>/<model>/<tag>`. */
export class ManifestFolder {
  readonly #root: string;
  readonly #folder: string;

  constructor({ root }: { root: string }) {
    this.#root = root;
    this.#folder = join(root, FOLDER);
  }

  async prepare(): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: FOLDER_MODE });
    await removeEmptyFolders(this.#folder);
  }

  path({ host, namespace, model, tag }: ModelName): string {
    return join(this.#folder, host, namespace, model, tag);
  }

  /** The name of every manifest. */
  async names(): Promise<ModelName[]> {
    const names: ModelName[] = [];
    for (const host of await foldersIn(this.#folder)) {
      for (const namespace of await foldersIn(join(this.#folder, host))) {
        for (const model of await foldersIn(join(this.#folder, host, namespace))) {
          const tags = await readdir(join(this.#folder, host, namespace, model)).catch(() => []);
          names.push(...tags.map((tag) => ({ host, namespace, model, tag })).filter(isModelName));
        }
      }
    }
    return names;
  }

  /** The stored name that equals this one but for case. */
  async stored(name: ModelName): Promise<ModelName | undefined> {
    const exact = await stat(this.path(name)).catch(() => undefined);
    if (exact?.isFile()) return name;
    return (await this.names()).find((stored) => sameName(stored, name));
  }

  /**
   * A name whose parts are spelled as in the store, so that no two stored names differ in case
   * alone.
   */
  async spelled(name: ModelName): Promise<ModelName> {
    const known = await this.names();
    const part = (key: keyof ModelName) => {
      const wanted = name[key].toLowerCase();
      return known.find((other) => other[key].toLowerCase() === wanted)?.[key] ?? name[key];
    };
    return {
      host: part("host"),
      namespace: part("namespace"),
      model: part("model"),
      tag: part("tag"),
    };
  }

  /** Moves a finished file to a name's path, which makes the model visible. */
  async publish(file: string, name: ModelName): Promise<void> {
    const path = this.path(name);
    await mkdir(dirname(path), { recursive: true, mode: FOLDER_MODE });
    await publish(file, path);
  }

  async remove(name: ModelName): Promise<void> {
    const path = this.path(name);
    await rm(path, { force: true });
    await syncFolder(dirname(path));
    await removeEmptyFolders(this.#folder);
  }

  /**
   * Every digest in any file of any folder of manifests. A file that cannot be read as a manifest
   * may be one of a newer Ollama: its blobs are in use too.
   */
  async digestsInUse(): Promise<Set<string>> {
    const used = new Set<string>();
    for (const folder of await foldersIn(this.#root)) {
      if (!folder.startsWith(FOLDER)) continue;
      for await (const path of filesIn(join(this.#root, folder))) {
        const text = await readFile(path, "utf8").catch(ifGone);
        for (const digest of digestsIn(text ?? "")) used.add(digest);
      }
    }
    return used;
  }
}

/**
 * The files under a folder that may be manifests, including those behind links. Links can form a
 * circle, so each folder is visited once.
 */
async function* filesIn(folder: string, seen = new Set<string>()): AsyncGenerator<string, void> {
  const real = await realpath(folder).catch(ifGone);
  if (real === undefined || seen.has(real)) return;
  seen.add(real);
  for (const name of (await readdir(folder).catch(ifGone)) ?? []) {
    const path = join(folder, name);
    const found = await stat(path).catch(ifGone);
    if (found?.isDirectory()) yield* filesIn(path, seen);
    else if (found && isManifestFile(found)) yield path;
  }
}

/** Whether a file can be read as a manifest. Reading a pipe, for one, would never end. */
export function isManifestFile(found: Pick<Stats, "isFile" | "size">): boolean {
  return found.isFile() && found.size <= MAX_MANIFEST_BYTES;
}

/** Ignores a file that was just removed, and a broken link. */
function ifGone(err: unknown): undefined {
  const { code } = err as NodeJS.ErrnoException;
  if (code !== "ENOENT" && code !== "ELOOP") throw err;
}

/** rmdir fails on a folder that is not empty, which then stays. */
async function removeEmptyFolders(folder: string): Promise<void> {
  for (const name of await foldersIn(folder)) {
    const path = join(folder, name);
    await removeEmptyFolders(path);
    await rmdir(path).catch(() => {});
  }
}

async function foldersIn(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}
