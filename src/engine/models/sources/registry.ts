import type { CatalogueEntry } from "../catalogue.ts";
import { type Layer, Manifest } from "../manifest.ts";
import { receiveBlob } from "./receive.ts";
import { type FetchContext, type ModelSource, layerStatus } from "./source.ts";

const ANSWER_WITHIN_MS = 4_000;
const STALL_MS = 30_000;

export type RegistryOptions = {
  readonly baseUrl?: string;
  readonly fetch?: (url: string, init?: RequestInit) => Promise<Response>;
};

/** Ollama's own registry: the manifest and every blob it names. */
export function registrySource({
  baseUrl = "https://registry.ollama.ai",
  fetch = globalThis.fetch,
}: RegistryOptions = {}): ModelSource {
  return {
    title: "Ollama's registry",
    offers: () => true,
    async fetch(entry, context) {
      const repository = `${baseUrl}/v2/${repositoryOf(entry)}`;
      const manifest = await fetchManifest(`${repository}/manifests/${tagOf(entry)}`, context);
      for (const layer of [...manifest.layers, manifest.config]) {
        await fetchBlob(`${repository}/blobs/${layer.digest}`, layer, context);
      }
      return manifest;
    },
  };

  async function fetchManifest(url: string, { signal }: FetchContext): Promise<Manifest> {
    // An unreachable registry must not hold up the way that works.
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]);
    const headers = { accept: "application/vnd.docker.distribution.manifest.v2+json" };
    const answer = await fetch(url, { headers, signal: deadline });
    if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
    return Manifest.parse(await answer.json());
  }

  async function fetchBlob(url: string, layer: Layer, context: FetchContext): Promise<void> {
    const { digest, size } = layer;
    if (await context.store.blobs.has(digest, size)) {
      context.report(layerStatus(digest, size, size));
      return;
    }
    const stall = new AbortController();
    const timer = setTimeout(() => stall.abort(new Error(`${url} stalled`)), STALL_MS);
    try {
      const signal = AbortSignal.any([context.signal, stall.signal]);
      const answer = await fetch(url, { signal });
      if (!answer.ok || !answer.body) throw new Error(`${url} answered ${answer.status}`);
      const content = watched(answer.body, () => timer.refresh());
      await receiveBlob({ digest, size, content }, context);
    } finally {
      clearTimeout(timer);
    }
  }
}

/** Where an entry has several names the first is the registry's. */
function repositoryOf({ names: [name] }: CatalogueEntry): string {
  return `${name?.namespace ?? ""}/${name?.model ?? ""}`;
}

function tagOf({ names: [name] }: CatalogueEntry): string {
  return name?.tag ?? "latest";
}

async function* watched(
  body: AsyncIterable<Uint8Array>,
  onChunk: () => void,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of body) {
    onChunk();
    yield chunk;
  }
}
