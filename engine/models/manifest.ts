import { z } from "zod";
import { parseDigest } from "./digests.ts";

/** The most layers; no model has nearly as many. Each layer is a request to the registry. */
const MAX_LAYERS = 1_024;
const MAX_MEDIA_TYPE_CHARS = 256;

const Layer = z.object({
  mediaType: z.string().max(MAX_MEDIA_TYPE_CHARS),
  digest: z.string().refine((digest) => parseDigest(digest) === digest, "is no digest"),
  size: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
  /** The source of a layer in a created model. */
  from: z.string().optional(),
});

/** A model's manifest, as Ollama's registry and store write it. */
export const Manifest = z.object({
  schemaVersion: z.number(),
  mediaType: z.string(),
  config: Layer,
  layers: z.array(Layer).max(MAX_LAYERS),
});
export type Manifest = z.infer<typeof Manifest>;
export type Layer = z.infer<typeof Layer>;

/** A model's config blob, which lists show as `details`. */
export const ModelConfig = z.object({
  model_format: z.string().default(""),
  model_family: z.string().default(""),
  model_families: z.array(z.string()).nullish(),
  model_type: z.string().default(""),
  file_type: z.string().default(""),
  renderer: z.string().optional(),
  parser: z.string().optional(),
});
export type ModelConfig = z.infer<typeof ModelConfig>;

const IMAGE = "application/vnd.ollama.image.";

/** The content of a layer. */
export type LayerKind =
  | "model"
  | "projector"
  | "adapter"
  | "template"
  | "prompt"
  | "system"
  | "params"
  | "license"
  | "messages";

export const MANIFEST_TYPE = "application/vnd.docker.distribution.manifest.v2+json";
export const CONFIG_TYPE = "application/vnd.docker.container.image.v1+json";

/** The media type of a layer of this kind. */
export const layerType = (kind: LayerKind): string => `${IMAGE}${kind}`;

/** The layers of one kind, in their order. */
export function layersOf(manifest: Pick<Manifest, "layers">, kind: LayerKind): Layer[] {
  return manifest.layers.filter((layer) => layer.mediaType === layerType(kind));
}

/** Every blob that a manifest names; the config is last, as in the order of a pull. */
export function blobsOf({ config, layers }: Manifest): Layer[] {
  return [...layers, config];
}

/** Bytes of all blobs that the manifest names: the size that lists show. */
export function totalSize(manifest: Manifest): number {
  return blobsOf(manifest).reduce((sum, layer) => sum + layer.size, 0);
}

/**
 * Reads a manifest's text.
 * @throws {Error} with one line that says what is wrong with it.
 */
export function parseManifest(text: string): Manifest {
  const read = Manifest.safeParse(parsed(text));
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new Error(`the manifest is not valid: ${issue?.path.join(".") || "it"}: ${issue?.message}`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new Error("the manifest is no JSON", { cause });
  }
}
