import { mkdir, readFile, readdir, rename, rm, rmdir, stat, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { BlobFolder, digestOf } from "./blobs.ts";
import { type LayerKind, Manifest, ModelConfig, layersOf, totalSize } from "./manifest.ts";
import { type ModelName, fullName, sameName } from "./names.ts";

/** A model that is in the store, with what its small layers say. */
export type StoredModel = {
  readonly name: ModelName;
  readonly digest: string;
  readonly size: number;
  readonly modifiedAt: Date;
  readonly manifest: Manifest;
  readonly config: ModelConfig;
  readonly weightsPath: string;
  readonly weightsDigest: string;
  readonly template: string | undefined;
  readonly system: string | undefined;
  readonly license: string | undefined;
  readonly parameters: Readonly<Record<string, unknown>>;
};

/** A manifest names a file that is not there or cannot be read. */
export class StoreError extends Error {}

/** Ollama's model store: manifests by name, blobs by digest. An Ollama can use the same folder. */
export class ModelStore {
  readonly blobs: BlobFolder;
  readonly #manifests: string;
  readonly #known = new Map<string, { stamp: string; model: StoredModel }>();

  constructor({ root, blobs = new BlobFolder({ root }) }: { root: string; blobs?: BlobFolder }) {
    this.blobs = blobs;
    this.#manifests = join(root, "manifests");
  }

  async prepare(): Promise<void> {
    await mkdir(this.#manifests, { recursive: true, mode: 0o700 });
    await this.blobs.prepare();
  }

  /** Every readable model, newest first; a broken manifest hides only its own model. */
  async list(): Promise<StoredModel[]> {
    const models: StoredModel[] = [];
    for (const name of await this.#names()) {
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
    const stored = await this.#storedName(name);
    return stored && this.#read(stored);
  }

  /** Puts a model under a name; its blobs must be there already. */
  async put(name: ModelName, manifest: Manifest): Promise<void> {
    const path = this.#path((await this.#storedName(name)) ?? name);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await this.blobs.withWorkFolder(async (folder) => {
      const file = join(folder, "manifest");
      await writeFile(file, JSON.stringify(manifest), { mode: 0o600 });
      await rename(file, path);
    });
  }

  /** Removes a model and the blobs no other model uses; `false` when there is none of that name. */
  async remove(name: ModelName): Promise<boolean> {
    const stored = await this.#storedName(name);
    if (!stored) return false;
    const path = this.#path(stored);
    const manifest = await readManifest(path).catch(() => undefined);
    await rm(path, { force: true });
    await this.#removeEmptyFolders(dirname(path));
    if (manifest) await this.#removeUnused(manifest);
    return true;
  }

  async #removeUnused(removed: Manifest): Promise<void> {
    const used = new Set<string>();
    for (const name of await this.#names()) {
      const manifest = await readManifest(this.#path(name)).catch(() => undefined);
      for (const layer of manifest ? [manifest.config, ...manifest.layers] : [])
        used.add(layer.digest);
    }
    for (const layer of [removed.config, ...removed.layers]) {
      if (!used.has(layer.digest)) await this.blobs.remove(layer.digest);
    }
  }

  /** rmdir fails on a folder that is not empty, which is where to stop. */
  async #removeEmptyFolders(folder: string): Promise<void> {
    let current = folder;
    try {
      while (current !== this.#manifests) {
        await rmdir(current);
        current = dirname(current);
      }
    } catch {
      return;
    }
  }

  async #storedName(name: ModelName): Promise<ModelName | undefined> {
    const exact = await stat(this.#path(name)).catch(() => undefined);
    if (exact?.isFile()) return name;
    return (await this.#names()).find((stored) => sameName(stored, name));
  }

  async #names(): Promise<ModelName[]> {
    const names: ModelName[] = [];
    for (const host of await foldersIn(this.#manifests)) {
      for (const namespace of await foldersIn(join(this.#manifests, host))) {
        for (const model of await foldersIn(join(this.#manifests, host, namespace))) {
          const tags = await readdir(join(this.#manifests, host, namespace, model));
          names.push(...tags.map((tag) => ({ host, namespace, model, tag })));
        }
      }
    }
    return names;
  }

  async #read(name: ModelName): Promise<StoredModel> {
    const path = this.#path(name);
    const { mtime, size, ino } = await stat(path);
    const stamp = `${mtime.getTime()} ${size} ${ino}`;
    const known = this.#known.get(fullName(name));
    if (known?.stamp === stamp) return known.model;
    const model = await this.#describe(name, path, mtime);
    this.#known.set(fullName(name), { stamp, model });
    return model;
  }

  async #describe(name: ModelName, path: string, modifiedAt: Date): Promise<StoredModel> {
    const bytes = await readFile(path);
    const manifest = parseManifest(bytes.toString(), path);
    const weights = layersOf(manifest, "model")[0];
    if (!weights) throw new StoreError(`manifest of ${fullName(name)} names no model file`);
    const text = async (kind: LayerKind) => {
      const layer = layersOf(manifest, kind)[0];
      return layer && (await readFile(this.blobs.path(layer.digest), "utf8"));
    };
    const params: unknown = JSON.parse((await text("params")) ?? "{}");
    const config: unknown = JSON.parse(
      await readFile(this.blobs.path(manifest.config.digest), "utf8"),
    );
    return {
      name,
      digest: digestOf(bytes).slice("sha256:".length),
      size: totalSize(manifest),
      modifiedAt,
      manifest,
      config: ModelConfig.parse(config),
      weightsPath: this.blobs.path(weights.digest),
      weightsDigest: weights.digest,
      template: await text("template"),
      system: await text("system"),
      license: await text("license"),
      parameters: params as Readonly<Record<string, unknown>>,
    };
  }

  #path({ host, namespace, model, tag }: ModelName): string {
    return join(this.#manifests, host, namespace, model, tag);
  }
}

async function readManifest(path: string): Promise<Manifest> {
  return parseManifest(await readFile(path, "utf8"), path);
}

function parseManifest(text: string, path: string): Manifest {
  try {
    return Manifest.parse(JSON.parse(text));
  } catch (cause) {
    throw new StoreError(`unreadable manifest ${path}`, { cause });
  }
}

async function foldersIn(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}
