import { renderJson } from "../../json/render-json.ts";
import { type Layer, type LayerKind, type ModelConfig, layerType } from "../manifest.ts";
import type { ModelStore } from "../store.ts";

/** A layer of a model that is being created, and its status line. */
export type DraftLayer = { readonly layer: Layer; readonly status: string };

/** A model that is being created. */
export type Draft = {
  readonly config: ModelConfig;
  readonly template: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly layers: readonly DraftLayer[];
};

/** The store, with a function that keeps a blob from being removed meanwhile. */
export type DraftContext = {
  readonly store: ModelStore;
  readonly pin: (digest: string) => void;
};

/** Writes a small layer, unless the store has its text already. */
export async function newLayer(
  kind: LayerKind,
  text: string,
  { store, pin }: DraftContext,
): Promise<DraftLayer> {
  const { digest, size, fresh } = await store.blobs.write(text, pin);
  const status = `${fresh ? "creating new" : "using existing"} layer ${digest}`;
  return { layer: { mediaType: layerType(kind), digest, size }, status };
}

/** JSON as Ollama stores it, so that equal models have equal digests in both. */
export function storedJson(value: unknown): string {
  return `${renderJson(value)}\n`;
}
