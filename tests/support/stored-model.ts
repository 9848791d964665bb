import { createHash } from "node:crypto";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";

const IMAGE = "application/vnd.ollama.image.";
const TEXT_MANIFEST = "manifests/registry.ollama.ai/library/smollm2/135m";

export type ModelToStore = {
  /** A name without a tag. */
  readonly name: string;
  readonly tag?: string;
  /** The file's path, or what is in it. */
  readonly weights: string | Buffer;
  readonly template?: string;
  readonly system?: string;
  readonly family?: string;
};

/** Puts a model into a store's folder the way a pull leaves it there. */
export async function storeModel(
  folder: string,
  { name, tag = "latest", weights, template, system, family = "llama" }: ModelToStore,
): Promise<void> {
  const blobs = join(folder, "blobs");
  await mkdir(blobs, { recursive: true });
  const put = async (mediaType: string, content: string) => {
    const digest = digestOf(Buffer.from(content));
    await writeFile(join(blobs, digest.replace(":", "-")), content);
    return { mediaType, digest, size: Buffer.byteLength(content) };
  };
  const bytes = typeof weights === "string" ? await readFile(weights) : weights;
  const digest = digestOf(bytes);
  await writeFile(join(blobs, digest.replace(":", "-")), bytes);
  const layers = [{ mediaType: `${IMAGE}model`, digest, size: bytes.length }];
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
    join(place, tag),
    JSON.stringify({ schemaVersion: 2, mediaType, config, layers }),
  );
}

/** Puts the suite's text model into another store, where it may be deleted: the files are links. */
export async function shareTextModel(from: string, to: string): Promise<void> {
  const manifest = await readFile(join(from, TEXT_MANIFEST), "utf8");
  await mkdir(join(to, "blobs"), { recursive: true });
  for (const [digest] of manifest.matchAll(/sha256:\w{64}/g)) {
    const blob = join("blobs", digest.replace(":", "-"));
    await symlink(resolve(from, blob), join(to, blob));
  }
  await mkdir(dirname(join(to, TEXT_MANIFEST)), { recursive: true });
  await writeFile(join(to, TEXT_MANIFEST), manifest);
}

const digestOf = (bytes: Buffer): string =>
  `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
