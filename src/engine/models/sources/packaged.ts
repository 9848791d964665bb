import type { CatalogueEntry } from "../catalogue.ts";
import { CONFIG_TYPE, type Layer, MANIFEST_TYPE, type Manifest, layerType } from "../manifest.ts";
import { type FetchContext, layerStatus } from "./source.ts";

const ORDER = ["template", "license", "params", "system"] as const;

/**
 * Writes the small layers around weights that are in the store already, and returns the manifest.
 */
export async function packageModel(
  { weights, layers: texts, config }: CatalogueEntry,
  { store, report }: Pick<FetchContext, "store" | "report">,
): Promise<Manifest> {
  const layers: Layer[] = [{ mediaType: layerType("model"), ...weights }];
  for (const kind of ORDER) {
    const text = texts[kind];
    if (text === undefined) continue;
    const blob = await store.blobs.write(text);
    report(layerStatus(blob.digest, blob.size, blob.size));
    layers.push({ mediaType: layerType(kind), ...blob });
  }
  const rootfs = { type: "layers", diff_ids: layers.map(({ digest }) => digest) };
  const blob = await store.blobs.write(JSON.stringify({ ...config, rootfs }));
  report(layerStatus(blob.digest, blob.size, blob.size));
  return {
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config: { mediaType: CONFIG_TYPE, ...blob },
    layers,
  };
}
