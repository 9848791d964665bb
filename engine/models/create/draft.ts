import { renderJson } from "../../http/render-json.ts";
import { type Layer, type LayerKind, type ModelConfig, layerType } from "../manifest.ts";
import type { ModelStore } from "../store.ts";

/** A layer of a model being made, and the line that tells of it. */
export type DraftLayer = { readonly layer: Layer; readonly status: string };

/** A model being made. */
export type Draft = {
  readonly config: ModelConfig;
  readonly template: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly layers: readonly DraftLayer[];
};

type Context = { readonly store: ModelStore; readonly pin: (digest: string) => void };

/** Writes a small layer, unless its text is in the store already. */
export async function newLayer(
  kind: LayerKind,
  text: string,
  { store, pin }: Context,
): Promise<DraftLayer> {
  const { digest, size, fresh } = await store.blobs.write(text, pin);
  const status = `${fresh ? "creating new" : "using existing"} layer ${digest}`;
  return { layer: { mediaType: layerType(kind), digest, size }, status };
}

/** JSON as Ollama stores it, so that the same model has the same digests there and here. */
export function storedJson(value: unknown): string {
  return `${renderJson(value)}\n`;
}
