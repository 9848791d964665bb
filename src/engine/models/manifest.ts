import { z } from "zod";

const Layer = z.object({ mediaType: z.string(), digest: z.string(), size: z.number() });

/** A model's manifest, as Ollama's registry and store write it. */
export const Manifest = z.object({
  schemaVersion: z.number(),
  mediaType: z.string(),
  config: Layer,
  layers: z.array(Layer),
});
export type Manifest = z.infer<typeof Manifest>;
export type Layer = z.infer<typeof Layer>;

/** A model's config blob: what lists show as `details`. */
export const ModelConfig = z.object({
  model_format: z.string().default(""),
  model_family: z.string().default(""),
  model_families: z.array(z.string()).nullish(),
  model_type: z.string().default(""),
  file_type: z.string().default(""),
});
export type ModelConfig = z.infer<typeof ModelConfig>;

const IMAGE = "application/vnd.ollama.image.";

/** What a layer holds. */
export type LayerKind = "model" | "template" | "system" | "params" | "license" | "messages";

export const MANIFEST_TYPE = "application/vnd.docker.distribution.manifest.v2+json";
export const CONFIG_TYPE = "application/vnd.docker.container.image.v1+json";

/** The media type of a layer of this kind. */
export const layerType = (kind: LayerKind): string => `${IMAGE}${kind}`;

/** The layers of one kind, in their order. */
export function layersOf(manifest: Manifest, kind: LayerKind): Layer[] {
  return manifest.layers.filter((layer) => layer.mediaType === layerType(kind));
}

/** Bytes of everything the manifest names: the size that lists show. */
export function totalSize(manifest: Manifest): number {
  return manifest.layers.reduce((sum, layer) => sum + layer.size, manifest.config.size);
}
