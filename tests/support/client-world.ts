import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../../src/runtime/paths.ts";
import { until } from "./deadline.ts";
import { ggufFile } from "./gguf-files.ts";
import { rewriteGguf } from "./gguf-rewrite.ts";
import { startModelRegistry } from "./model-registry.ts";
import { modelsFolder, startRealService } from "./real-service.ts";
import { scriptedModel } from "./scripted-model.ts";
import { shareTextModel, storeModel } from "./stored-model.ts";
import { TOOL_TEMPLATE } from "./tool-template.ts";

export const TEXT_MODEL = "smollm2:135m";
/** The model whose words are the same everywhere, with a template for tools. */
export const SCRIPTED_MODEL = "scripted";
/** A tool that the scripted model may be offered. */
export const WEATHER = {
  type: "function" as const,
  function: {
    name: "get_weather",
    description: "The weather of a city",
    parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  },
};
export const EMBEDDING_MODEL = "all-minilm";

/**
 * The ways in: to the engine itself, through the gateway that has started it, and with a base URL
 * that names a project.
 */
export const DOORS = ["engine", "gateway", "project"] as const;
export type Door = (typeof DOORS)[number];

export type ClientWorld = Awaited<ReturnType<typeof startClientWorld>>;

const EMBEDDING_FILE = join(projectRoot, "models/all-minilm-l6-v2-q8_0.gguf");

/**
 * What an official client meets: the service as users run it with its engine, which decodes one
 * answer at a time, a store of its own that may be changed, and a registry to pull from. One for
 * a test file; the caller stops it.
 */
export async function startClientWorld() {
  const folder = await mkdtemp(join(tmpdir(), "shared-ollama-clients-"));
  const store = join(folder, "models");
  await shareTextModel(modelsFolder, store);
  await storeModel(store, { name: SCRIPTED_MODEL, weights: scriptedModel(TOOL_TEMPLATE) });
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
  const stop = async (): Promise<void> => {
    await service.stop();
    await cleanUp();
  };
  const engine = await engineUrl(service.home).catch(async (cause: unknown) => {
    await stop();
    throw cause;
  });
  const urls = { engine, gateway: service.url, project: `${service.url}/project/story%2Fmachine` };

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
    stop,
  };
}

/** Where the engine listens, as the service's log of it has it. */
async function engineUrl(home: string): Promise<string> {
  let url: string | undefined;
  await until(async () => {
    const log = await readFile(join(home, "logs/ollama.log"), "utf8").catch(() => "");
    url = /"event":"listening","url":"([^"]+)"/.exec(log)?.[1];
    return url !== undefined;
  }, "the engine's address in its log");
  return url ?? "";
}
