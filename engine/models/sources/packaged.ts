import type { CatalogueEntry } from "../catalogue.ts";
import { CONFIG_TYPE, type Layer, MANIFEST_TYPE, type Manifest, layerType } from "../manifest.ts";
import { type FetchContext, layerStatus } from "./source.ts";

const ORDER = ["template", "license", "params", "system"] as const;

/** Writes the small layers around weights that are in the store, and returns the manifest. */
export async function packageModel(
  { weights, layers: texts, config }: CatalogueEntry,
  { store, report, pin }: Pick<FetchContext, "store" | "report" | "pin">,
): Promise<Manifest> {
  pin(weights.digest);
  const layers: Layer[] = [{ mediaType: layerType("model"), ...weights }];
  for (const kind of ORDER) {
    const text = texts[kind];
    if (text === undefined) continue;
    layers.push(await write(layerType(kind), text));
  }
  const rootfs = { type: "layers", diff_ids: layers.map(({ digest }) => digest) };
  const configText = JSON.stringify({ ...config, rootfs });
  return {
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config: await write(CONFIG_TYPE, configText),
    layers,
  };

  async function write(mediaType: string, text: string): Promise<Layer> {
    const { digest, size } = await store.blobs.write(text, pin);
    report(layerStatus(digest, size, size));
    return { mediaType, digest, size };
  }
}
