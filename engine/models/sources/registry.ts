import { statfs } from "node:fs/promises";
import { readGguf } from "../gguf/header.ts";
import {
  type Layer,
  MANIFEST_TYPE,
  type Manifest,
  blobsOf,
  layerType,
  layersOf,
  parseManifest,
} from "../manifest.ts";
import type { ModelName } from "../names.ts";
import { RegistryClient } from "../registry/client.ts";
import { downloadBlob } from "../registry/download.ts";
import { ManifestError, RegistryError, reasonOf } from "../registry/errors.ts";
import { KeyedMutex } from "../registry/keyed-mutex.ts";
import { readText } from "../registry/read-text.ts";
import { ONCE, BACKOFF, type RetryPlan, withRetries } from "../registry/retry.ts";
import { StallWatch } from "../registry/stall-watch.ts";
import type { Web } from "../registry/web.ts";
import { MAX_TEXT_BYTES } from "../stored-model.ts";
import { withProgress } from "./pull-progress.ts";
import { type FetchContext, type ModelSource, type PullTarget, layerStatus } from "./source.ts";

/** Where other sources have the model too, an unreachable registry must not hold them up. */
const ANSWER_WITHIN_MS = { alone: 30_000, amongOthers: 4_000 };
const STALL_MS = 30_000;
/** The client waits for the first line: it soon learns that a registry is not there. */
const MANIFEST_TRIES = 3;
/** Manifests have a few kilobytes; registries refuse larger ones than this. */
const MAX_MANIFEST_BYTES = 4 << 20;
/** Layers that are files; every other one is a text. */
const FILES = new Set((["model", "projector", "adapter"] as const).map(layerType));

export type RegistryOptions = {
  readonly web: Web;
  readonly retry?: RetryPlan;
  readonly stallMs?: number;
};

/** Registries that speak Ollama's protocol: the manifest and every blob it names. */
export function registrySource(options: RegistryOptions): ModelSource {
  return new RegistrySource(options);
}

class RegistrySource implements ModelSource {
  readonly title = "Ollama's registry";
  readonly #web: Web;
  readonly #retry: RetryPlan;
  readonly #stallMs: number;
  /** By digest: two models may share a blob, which is downloaded once all the same. */
  readonly #downloads = new KeyedMutex();

  constructor({ web, retry = BACKOFF, stallMs = STALL_MS }: RegistryOptions) {
    this.#web = web;
    this.#retry = retry;
    this.#stallMs = stallMs;
  }

  offers(): boolean {
    return true;
  }

  async fetch(target: PullTarget, context: FetchContext): Promise<Manifest> {
    const { host, namespace, model, tag } = nameThere(target);
    const address = { host, scheme: target.scheme, insecure: target.insecure };
    const client = new RegistryClient({ address, web: this.#web });
    const repository = `/v2/${namespace}/${model}`;
    const path = `${repository}/manifests/${tag}`;
    const manifest = await this.#fetchManifest(path, target, client, context);
    for (const { digest } of blobsOf(manifest)) context.pin(digest);
    await checkRoom(manifest, context);
    for (const blob of blobsOf(manifest)) {
      await this.#downloads.run(blob.digest, context.signal, () =>
        this.#fetchBlob(`${repository}/blobs/${blob.digest}`, blob, client, context),
      );
    }
    await checkWeights(manifest, context);
    return manifest;
  }

  async #fetchManifest(
    path: string,
    { entry }: PullTarget,
    client: RegistryClient,
    { signal }: FetchContext,
  ): Promise<Manifest> {
    const quietMs = entry ? ANSWER_WITHIN_MS.amongOthers : ANSWER_WITHIN_MS.alone;
    const attempt = () =>
      new StallWatch(quietMs, signal).run(async (watch) => {
        const headers = { accept: MANIFEST_TYPE };
        const answer = await client.get(path, { headers, signal: watch.signal });
        return checked(parseManifest(await readText(answer, MAX_MANIFEST_BYTES)));
      });
    try {
      const tries = Math.min(this.#retry.tries, MANIFEST_TRIES);
      return await withRetries(attempt, entry ? ONCE : { ...this.#retry, tries }, signal);
    } catch (err) {
      signal.throwIfAborted();
      throw new ManifestError(reasonOf(err), { cause: err });
    }
  }

  async #fetchBlob(
    path: string,
    layer: Layer,
    client: RegistryClient,
    { store: { blobs }, report, signal }: FetchContext,
  ): Promise<void> {
    const { digest, size } = layer;
    if (!(await blobs.has(digest, size))) {
      const context = { client, blobs, signal, retry: this.#retry, stallMs: this.#stallMs };
      await withProgress(layer, report, (onProgress) =>
        downloadBlob(path, layer, { ...context, onProgress }),
      );
    }
    report(layerStatus(digest, size, size));
  }
}

/** The name at the registry; of an entry's several names it is the first. */
function nameThere({ entry, name }: PullTarget): ModelName {
  return entry?.names[0] ?? name;
}

/** @throws {RegistryError} for a manifest that is no model this engine could use. */
function checked(manifest: Manifest): Manifest {
  if (layersOf(manifest, "model").length === 0) {
    throw new RegistryError("the manifest names no model file: it is a cloud model, or no model");
  }
  for (const { mediaType, size } of blobsOf(manifest)) {
    if (FILES.has(mediaType) || size <= MAX_TEXT_BYTES) continue;
    throw new RegistryError(`the manifest names a ${mediaType} of ${size} bytes`);
  }
  return manifest;
}

/** Refuses a model for which the disk has no room, before anything is downloaded. */
async function checkRoom(manifest: Manifest, { store: { blobs } }: FetchContext): Promise<void> {
  let missing = 0;
  for (const { digest, size } of blobsOf(manifest)) {
    if (!(await blobs.has(digest, size))) missing += size - (await blobs.partialSize(digest));
  }
  const { bavail, bsize } = await statfs(blobs.folder);
  const free = bavail * bsize;
  if (missing <= free) return;
  throw new Error(`no space left on device: ${missing} bytes are missing, ${free} are free`);
}

/** Refuses weights that llama.cpp could not load. */
async function checkWeights(manifest: Manifest, { store }: FetchContext): Promise<void> {
  for (const { digest } of layersOf(manifest, "model")) {
    try {
      await readGguf(store.blobs.path(digest));
    } catch (cause) {
      throw new RegistryError(`${digest} cannot be used: ${reasonOf(cause)}`, { cause });
    }
  }
}
