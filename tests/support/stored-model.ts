import { createHash } from "node:crypto";
import { copyFile, mkdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";

const IMAGE = "application/vnd.ollama.image.";

export type ModelToStore = {
  /** A name without a tag. */
  readonly name: string;
  readonly weights: string;
  readonly template?: string;
  readonly system?: string;
  readonly family?: string;
};

/** Puts a model into a store's folder the way a pull leaves it there. */
export async function storeModel(
  folder: string,
  { name, weights, template, system, family = "llama" }: ModelToStore,
): Promise<void> {
  const blobs = join(folder, "blobs");
  await mkdir(blobs, { recursive: true });
  const put = async (mediaType: string, content: string) => {
    const digest = digestOf(Buffer.from(content));
    await writeFile(join(blobs, digest.replace(":", "-")), content);
    return { mediaType, digest, size: Buffer.byteLength(content) };
  };
  const digest = digestOf(await readFile(weights));
  await copyFile(weights, join(blobs, digest.replace(":", "-")));
  const layers = [{ mediaType: `${IMAGE}model`, digest, size: (await stat(weights)).size }];
  if (template !== undefined) layers.push(await put(`${IMAGE}template`, template));
  if (system !== undefined) layers.push(await put(`${IMAGE}system`, system));
  const details = {
    model_format: "gguf",
    model_family: family,
    model_families: [family],
    model_type: "134.52M",
    file_type: "Q4_1",
  };
  const config = await put(
    "application/vnd.docker.container.image.v1+json",
    JSON.stringify(details),
  );
  const place = join(folder, "manifests/registry.ollama.ai/library", name);
  await mkdir(place, { recursive: true });
  const mediaType = "application/vnd.docker.distribution.manifest.v2+json";
  await writeFile(
    join(place, "latest"),
    JSON.stringify({ schemaVersion: 2, mediaType, config, layers }),
  );
}

const digestOf = (bytes: Buffer): string =>
  `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
