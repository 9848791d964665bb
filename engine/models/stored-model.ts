import { readFile, stat } from "node:fs/promises";
import { z } from "zod";
import type { BlobFolder } from "./blobs.ts";
import { digestOf } from "./digests.ts";
import {
  type Layer,
  type LayerKind,
  type Manifest,
  ModelConfig,
  layersOf,
  parseManifest,
  totalSize,
} from "./manifest.ts";
import { type ModelName, fullName } from "./names.ts";

/** A turn of a conversation that is stored with a model. */
const StoredMessage = z.object({
  role: z.string(),
  content: z.string().default(""),
  images: z.array(z.string()).nullish(),
});
export type StoredMessage = z.infer<typeof StoredMessage>;

/** A model in the store, with the content of its small layers. */
export type StoredModel = {
  readonly name: ModelName;
  readonly digest: string;
  readonly size: number;
  readonly modifiedAt: Date;
  readonly manifest: Manifest;
  readonly config: ModelConfig;
  readonly weightsPath: string;
  readonly weightsDigest: string;
  /** The model or file that this one was created from. */
  readonly parent: string;
  readonly projectorPaths: readonly string[];
  readonly template: string | undefined;
  readonly system: string | undefined;
  readonly licenses: readonly string[];
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly messages: readonly StoredMessage[];
};

/** A manifest that is invalid, or names a file that is missing or unreadable. */
export class StoreError extends Error {}

/** The largest text, parameters or config of a model. Anything larger is refused. */
export const MAX_TEXT_BYTES = 16 << 20;

/** Characters of a cached model beside its texts: its names, digests and layers. */
const OVERHEAD_CHARS = 2_000;

/** The approximate size of a model in memory, in characters. */
export function charsOf({ template, system, licenses, messages, parameters }: StoredModel): number {
  const texts = [template ?? "", system ?? "", ...licenses];
  const rest = JSON.stringify([messages, parameters]).length;
  return texts.reduce((sum, text) => sum + text.length, OVERHEAD_CHARS + rest);
}

const Parameters = z.record(z.string(), z.unknown()).nullable();
const Messages = z.array(StoredMessage).nullable();

/**
 * Reads a manifest and its small blobs.
 * @throws {StoreError} when one of them is missing or is not what it should be.
 */
export async function describeModel(
  { name, bytes, modifiedAt }: { name: ModelName; bytes: Uint8Array; modifiedAt: Date },
  blobs: BlobFolder,
): Promise<StoredModel> {
  const layers = new LayerReader(name, bytes, blobs);
  const { manifest } = layers;
  const [weights] = layersOf(manifest, "model");
  if (!weights) throw layers.fail("its manifest names no model file");
  return {
    name,
    digest: digestOf(bytes).slice("sha256:".length),
    size: totalSize(manifest),
    modifiedAt,
    manifest,
    config: await layers.json(ModelConfig, manifest.config),
    weightsPath: blobs.path(weights.digest),
    weightsDigest: weights.digest,
    parent: weights.from ?? "",
    projectorPaths: layersOf(manifest, "projector").map(({ digest }) => blobs.path(digest)),
    template: (await layers.lastText("template")) ?? (await layers.lastText("prompt")),
    system: await layers.lastText("system"),
    licenses: await Promise.all(layersOf(manifest, "license").map((layer) => layers.text(layer))),
    parameters: (await layers.lastJson(Parameters, "params")) ?? {},
    messages: (await layers.lastJson(Messages, "messages")) ?? [],
  };
}

/** Reads the layers of one model. Of a kind that counts once, the last layer holds. */
class LayerReader {
  readonly manifest: Manifest;
  readonly #name: ModelName;
  readonly #blobs: BlobFolder;

  /** @throws {StoreError} unless `bytes` are a manifest. */
  constructor(name: ModelName, bytes: Uint8Array, blobs: BlobFolder) {
    this.#name = name;
    this.#blobs = blobs;
    try {
      this.manifest = parseManifest(Buffer.from(bytes).toString());
    } catch (err) {
      throw this.fail((err as Error).message, err);
    }
  }

  fail(what: string, cause?: unknown): StoreError {
    return new StoreError(`model ${fullName(this.#name)} cannot be used: ${what}`, { cause });
  }

  /** @throws {StoreError} when the blob cannot be read, or is too large. */
  async text({ digest, mediaType }: Layer): Promise<string> {
    try {
      const path = this.#blobs.path(digest);
      const { size } = await stat(path);
      if (size > MAX_TEXT_BYTES) throw this.fail(`its ${mediaType} has ${size} bytes`);
      return await readFile(path, "utf8");
    } catch (err) {
      throw err instanceof StoreError ? err : this.fail(`${digest} cannot be read`, err);
    }
  }

  /** @throws {StoreError} as `text`, and when the blob does not have this form. */
  async json<T>(schema: z.ZodType<T>, layer: Layer): Promise<T> {
    const content = await this.text(layer);
    try {
      return schema.parse(JSON.parse(content));
    } catch (err) {
      throw this.fail(`its ${layer.mediaType} is not valid`, err);
    }
  }

  async lastText(kind: LayerKind): Promise<string | undefined> {
    const layer = layersOf(this.manifest, kind).at(-1);
    return layer && this.text(layer);
  }

  async lastJson<T>(schema: z.ZodType<T>, kind: LayerKind): Promise<T | undefined> {
    const layer = layersOf(this.manifest, kind).at(-1);
    return layer && this.json(schema, layer);
  }
}
