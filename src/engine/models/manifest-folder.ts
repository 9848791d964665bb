import { mkdir, readFile, readdir, rm, rmdir, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { digestsIn } from "./digests.ts";
import { type ModelName, isModelName, sameName } from "./names.ts";
import { FOLDER_MODE, publish, syncFolder } from "./publish.ts";

const FOLDER = "manifests";

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

  /** Every name there is a file for. */
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

  /** The name as it is stored, whatever its case. */
  async stored(name: ModelName): Promise<ModelName | undefined> {
    const exact = await stat(this.path(name)).catch(() => undefined);
    if (exact?.isFile()) return name;
    return (await this.names()).find((stored) => sameName(stored, name));
  }

  /** A name in the spelling its parts have in the store already, so that no two differ in case. */
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

  /** Puts a finished file under a name, which makes the model visible. */
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
   * Every digest that stands in any file of any folder of manifests. What cannot be read as a
   * manifest may be one of a newer Ollama: its blobs are in use too.
   */
  async digestsInUse(): Promise<Set<string>> {
    const used = new Set<string>();
    for (const folder of await foldersIn(this.#root)) {
      if (!folder.startsWith(FOLDER)) continue;
      for (const name of await readdir(join(this.#root, folder), { recursive: true })) {
        const text = await readFile(join(this.#root, folder, name), "utf8").catch(ifNoFile);
        for (const digest of digestsIn(text)) used.add(digest);
      }
    }
    return used;
  }
}

/** A folder has no text, and neither has what has just gone; anything else must not be passed over. */
function ifNoFile(err: unknown): string {
  const { code } = err as NodeJS.ErrnoException;
  if (code === "EISDIR" || code === "ENOENT") return "";
  throw err;
}

/** rmdir fails on a folder that is not empty, which is left as it is. */
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
