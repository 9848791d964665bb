import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { SizedCache } from "../sized-cache.ts";
import { BlobFolder } from "./blobs.ts";
import { digestsIn } from "./digests.ts";
import { ManifestFolder, isManifestFile } from "./manifest-folder.ts";
import { type Manifest, blobsOf } from "./manifest.ts";
import { type ModelName, fullName, sameName } from "./names.ts";
import { type StoredModel, StoreError, charsOf, describeModel } from "./stored-model.ts";

export type { StoredModel } from "./stored-model.ts";

export type ModelStoreOptions = {
  readonly root: string;
  readonly blobs?: BlobFolder;
  /** Whether unused blobs are removed automatically; those of a deleted model always are. */
  readonly prune?: boolean;
};

/** Characters of cached models: thousands of usual ones. */
const MAX_KNOWN_CHARS = 32 << 20;

/**
 * Ollama's model store: manifests by name, blobs by digest. An Ollama can use the same folder. A
 * model is visible through its manifest, which is written last and removed first.
 */
export class ModelStore {
  readonly blobs: BlobFolder;
  readonly #manifests: ManifestFolder;
  readonly #prune: boolean;
  readonly #known = new SizedCache<{ stamp: string; model: StoredModel }>(MAX_KNOWN_CHARS);
  #turn: Promise<unknown> = Promise.resolve();

  constructor({ root, blobs = new BlobFolder({ root }), prune = true }: ModelStoreOptions) {
    this.blobs = blobs;
    this.#manifests = new ManifestFolder({ root });
    this.#prune = prune;
  }

  /**
   * Creates the folders, and removes unfinished and unused files unless another process may use
   * them. A store without write access is used as it is: only requests that change it fail.
   */
  async prepare(): Promise<void> {
    try {
      await this.#manifests.prepare();
      const { alone } = await this.blobs.prepare();
      if (alone && this.#prune) await this.blobs.prune(await this.#manifests.digestsInUse());
    } catch (err) {
      if (!isReadOnly(err) || !(await this.blobs.isThere())) throw err;
    }
  }

  /** Ends the use of the store. */
  async close(): Promise<void> {
    await this.blobs.close();
  }

  /** Every readable model, newest first. A broken manifest hides only its own model. */
  async list(): Promise<StoredModel[]> {
    const models: StoredModel[] = [];
    for (const name of await this.#manifests.names()) {
      const model = await this.#read(name).catch(() => undefined);
      if (model) models.push(model);
    }
    return models.sort((a, b) => b.modifiedAt.getTime() - a.modifiedAt.getTime());
  }

  /**
   * The model of this name, whatever its case.
   * @throws {StoreError} when its manifest or a blob is unreadable.
   */
  async find(name: ModelName): Promise<StoredModel | undefined> {
    const stored = await this.#manifests.stored(name);
    return stored && this.#read(stored);
  }

  /**
   * Makes a model visible under a name, and replaces the model of that name. `text` is the manifest
   * as it is written. Blobs that are no longer used are removed.
   * @throws {StoreError} when a blob is missing or is not what it should be: nothing changes.
   */
  async put(name: ModelName, manifest: Manifest, text = JSON.stringify(manifest)): Promise<void> {
    await this.#inTurn(async () => {
      const spelled = await this.#manifests.spelled(name);
      await this.#check(spelled, manifest, text);
      const before = await this.#digestsOf(spelled);
      await this.blobs.withWorkFolder(async (folder) => {
        const file = join(folder, "manifest");
        await writeFile(file, text);
        await this.#manifests.publish(file, spelled);
      });
      if (this.#prune) await this.#removeUnused(before);
    });
  }

  /** Gives a model a second name; `false` when there is no model of the first name. */
  async copy(source: ModelName, destination: ModelName): Promise<boolean> {
    const stored = await this.#manifests.stored(source);
    if (!stored) return false;
    if (sameName(stored, destination)) return true;
    const { manifest } = await this.#read(stored);
    await this.put(destination, manifest, await readFile(this.#manifests.path(stored), "utf8"));
    return true;
  }

  /**
   * Removes a model, and the blobs that no other model uses; `false` when there is no model of that
   * name.
   */
  async remove(name: ModelName): Promise<boolean> {
    return this.#inTurn(async () => {
      const stored = await this.#manifests.stored(name);
      if (!stored) return false;
      const digests = await this.#digestsOf(stored);
      await this.#manifests.remove(stored);
      this.#known.delete(fullName(stored));
      await this.#removeUnused(digests);
      return true;
    });
  }
  async #check(name: ModelName, manifest: Manifest, text: string): Promise<void> {
    for (const { digest, size } of blobsOf(manifest)) {
      if (await this.blobs.has(digest, size)) continue;
      throw new StoreError(`model ${fullName(name)} cannot be used: ${digest} is not there`);
    }
    await describeModel({ name, bytes: Buffer.from(text), modifiedAt: new Date() }, this.blobs);
  }

  async #read(name: ModelName): Promise<StoredModel> {
    const path = this.#manifests.path(name);
    const found = await stat(path);
    if (!isManifestFile(found)) throw new StoreError(`${fullName(name)} is no manifest`);
    const { mtime: modifiedAt, size, ino } = found;
    const stamp = `${modifiedAt.getTime()} ${size} ${ino}`;
    const known = this.#known.get(fullName(name));
    if (known?.stamp === stamp) return known.model;
    const bytes = await readFile(path);
    const model = await describeModel({ name, bytes, modifiedAt }, this.blobs);
    this.#known.set(fullName(name), { stamp, model }, charsOf(model));
    return model;
  }

  /** The digests in a name's manifest, as far as it can be read. */
  async #digestsOf(name: ModelName): Promise<string[]> {
    const path = this.#manifests.path(name);
    const found = await stat(path).catch(() => undefined);
    if (!found || !isManifestFile(found)) return [];
    return digestsIn(await readFile(path, "utf8").catch(() => ""));
  }

  async #removeUnused(digests: readonly string[]): Promise<void> {
    if (digests.length === 0) return;
    await this.blobs.removeUnused(digests, await this.#manifests.digestsInUse());
  }

  /**
   * Changes run one after the other: a blob that one finds unused, another might be about to use.
   */
  #inTurn<T>(change: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(change);
    this.#turn = turn.catch(() => {});
    return turn;
  }
}

function isReadOnly(err: unknown): boolean {
  const { code = "" } = err as NodeJS.ErrnoException;
  return ["EROFS", "EACCES", "EPERM"].includes(code);
}
