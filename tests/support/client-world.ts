import { createHash } from "node:crypto";
import { copyFile, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { projectRoot } from "../../src/runtime/paths.ts";
import { until } from "./deadline.ts";
import { ggufFile } from "./gguf-files.ts";
import { rewriteGguf } from "./gguf-rewrite.ts";
import { startModelRegistry } from "./model-registry.ts";
import { modelsFolder, startRealService } from "./real-service.ts";
import { storeModel } from "./stored-model.ts";
import { TOOL_TEMPLATE } from "./tool-template.ts";

export const TEXT_MODEL = "smollm2:135m";
/** The text model with a template for tools, which begins the call that it would not make. */
export const TOOL_MODEL = "caller";
/** A tool that the model for tools may be offered. */
export const WEATHER = {
  type: "function" as const,
  function: {
    name: "get_weather",
    description: "The weather of a city",
    parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  },
};
export const EMBEDDING_MODEL = "all-minilm";

/** The ways in: to the engine itself, and through the gateway that has started it. */
export const DOORS = ["engine", "gateway"] as const;
export type Door = (typeof DOORS)[number];

export type ClientWorld = Awaited<ReturnType<typeof startClientWorld>>;

const TEXT_MANIFEST = "manifests/registry.ollama.ai/library/smollm2/135m";
const EMBEDDING_FILE = join(projectRoot, "models/all-minilm-l6-v2-q8_0.gguf");

/**
 * What an official client meets: the service as users run it with its engine, which decodes one
 * answer at a time, a store of its own that may be changed, and a registry to pull from. One for
 * a test file; the caller stops it.
 */
export async function startClientWorld() {
  const folder = await mkdtemp(join(tmpdir(), "shared-ollama-clients-"));
  const store = join(folder, "models");
  await fillStore(store, folder);
  const registry = await startModelRegistry();
  const cleanUp = async (): Promise<void> => {
    await registry.stop();
    await rm(folder, { recursive: true, force: true });
  };
  const env = { OLLAMA_MODELS: store, OLLAMA_NUM_PARALLEL: "1", DRAIN_TIMEOUT: "2" };
  const service = await startRealService(env).catch(async (cause: unknown) => {
    await cleanUp();
    throw cause;
  });
  const urls = { engine: await engineUrl(service.home), gateway: service.url };

  return {
    url: (door: Door): string => urls[door],
    /** An embedding model's file that no store has seen yet, and its digest. */
    async newFile(name: string): Promise<{ path: string; digest: string }> {
      const path = join(folder, `${name}.gguf`);
      await rewriteGguf(EMBEDDING_FILE, path, { "general.name": name });
      const digest = createHash("sha256")
        .update(await readFile(path))
        .digest("hex");
      return { path, digest: `sha256:${digest}` };
    },
    /** The full name of a new model in the registry, whose weights have `size` bytes. */
    publish(name: string): { model: string; size: number } {
      const entries = { "general.architecture": "llama", "general.name": name };
      const { weights } = registry.publish(`me/${name}`, "v1", {
        weights: ggufFile({ entries, weights: 100_000 }),
        texts: { template: "{{ .Prompt }}", system: "be brief" },
      });
      return { model: `${registry.host}/me/${name}:v1`, size: weights.length };
    },
    registryHost: registry.host,
    stop: async (): Promise<void> => {
      await service.stop();
      await cleanUp();
    },
  };
}

/** The suite's text model, once as it is and once with tools. */
async function fillStore(store: string, folder: string): Promise<void> {
  const manifest = await readFile(join(modelsFolder, TEXT_MANIFEST), "utf8");
  await mkdir(join(store, "blobs"), { recursive: true });
  for (const [digest] of manifest.matchAll(/sha256:\w{64}/g)) {
    const blob = join("blobs", digest.replace(":", "-"));
    await copyFile(join(modelsFolder, blob), join(store, blob));
  }
  await mkdir(dirname(join(store, TEXT_MANIFEST)), { recursive: true });
  await copyFile(join(modelsFolder, TEXT_MANIFEST), join(store, TEXT_MANIFEST));
  const { layers } = JSON.parse(manifest) as { layers: { mediaType: string; digest: string }[] };
  const layer = layers.find(({ mediaType }) => mediaType.endsWith(".model"));
  const weights = join(store, "blobs", layer?.digest.replace(":", "-") ?? "");
  const rewritten = join(folder, "caller.gguf");
  await rewriteGguf(weights, rewritten, { "tokenizer.chat_template": TOOL_TEMPLATE });
  await storeModel(store, { name: TOOL_MODEL, weights: rewritten });
  await rm(rewritten);
}

/** Where the engine listens, as the service's log of it has it. */
async function engineUrl(home: string): Promise<string> {
  let url: string | undefined;
  await until(async () => {
    const log = await readFile(join(home, "logs/ollama.log"), "utf8");
    url = /"event":"listening","url":"([^"]+)"/.exec(log)?.[1];
    return url !== undefined;
  }, "the engine's address in its log");
  return url ?? "";
}
