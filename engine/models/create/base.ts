import { EngineError, INSTALL_OLLAMA, unsupported } from "../../errors.ts";
import { NO_TEMPLATE, detectTemplate } from "../chat-template.ts";
import { parseDigest } from "../digests.ts";
import { GgufError } from "../gguf/cursor.ts";
import { configOf, kindOf } from "../gguf/describe.ts";
import { type GgufHeader, readGguf } from "../gguf/header.ts";
import { type Layer, type ModelConfig, layerType } from "../manifest.ts";
import { type ModelName, shortName } from "../names.ts";
import type { StoredModel } from "../stored-model.ts";
import { type Draft, type DraftContext, newLayer } from "./draft.ts";

/** The draft of a model made from another model in the store. */
export async function baseOfModel(
  model: StoredModel,
  asNamed: ModelName,
  { pin }: DraftContext,
): Promise<Draft> {
  for (const { digest } of model.manifest.layers) pin(digest);
  const header = await readHeader(model.weightsPath, "");
  const { renderer, parser } = model.config;
  return {
    config: { ...configOf(header), ...(renderer && { renderer }), ...(parser && { parser }) },
    template: model.template ?? NO_TEMPLATE,
    parameters: model.parameters,
    layers: model.manifest.layers.map(({ mediaType, digest, size }) =>
      existing({ mediaType, digest, size, from: shortName(asNamed) }),
    ),
  };
}

/**
 * The draft of a model made from uploaded files.
 * @throws {EngineError} 400 when they are not exactly one GGUF file with a model in it.
 */
export async function baseOfFiles(
  files: ReadonlyMap<string, string>,
  { store, pin }: DraftContext,
): Promise<Draft> {
  const [first, ...more] = files;
  if (!first) throw new EngineError(400, "unknown type");
  const safetensors = [...files.keys()].find((name) => name.endsWith(".safetensors"));
  if (safetensors !== undefined) {
    throw unsupported("converting safetensors", `convert to GGUF first, or ${INSTALL_OLLAMA}`);
  }
  if (more.length > 0) {
    throw unsupported("a model of several files", `merge them into one, or ${INSTALL_OLLAMA}`);
  }
  const [name, given] = first;
  const digest = parseDigest(given);
  if (digest === undefined) throw new EngineError(400, "invalid digest format");
  pin(digest);
  const size = await store.blobs.size(digest);
  if (size === undefined) {
    const text = `blob ${JSON.stringify(given)} not found, upload it to /api/blobs/${digest} first`;
    throw new EngineError(400, text);
  }
  const path = store.blobs.path(digest);
  const header = await readHeader(path, name);
  refuseUnusable(header);
  const layer = existing({ mediaType: layerType("model"), digest, size, from: path });
  return withTemplate({ header, layer }, { store, pin });
}

/** Adds a file's own chat layout to the model, where the engine knows the layout. */
async function withTemplate(
  { header, layer }: { header: GgufHeader; layer: Draft["layers"][number] },
  context: DraftContext,
): Promise<Draft> {
  const config: ModelConfig = configOf(header);
  const known = detectTemplate(header.metadata["tokenizer.chat_template"]);
  if (!known) return { config, template: NO_TEMPLATE, parameters: {}, layers: [layer] };
  const template = await newLayer("template", known.text, context);
  const status = `using autodetected template ${known.name}`;
  return {
    config,
    template: known.text,
    parameters: { stop: known.stop },
    layers: [layer, { ...template, status }],
  };
}

function refuseUnusable(header: GgufHeader): void {
  const kind = kindOf(header);
  if (kind !== "model") throw unsupported(`a file with ${an(kind)}`, INSTALL_OLLAMA);
  const parts = header.metadata["split.count"];
  if (typeof parts === "number" && parts > 1) {
    throw new EngineError(400, `the file is one of ${parts} parts: merge them into one first`);
  }
}

const an = (kind: "adapter" | "projector"): string =>
  kind === "adapter" ? "an adapter" : "a projector";

async function readHeader(path: string, name: string): Promise<GgufHeader> {
  try {
    return await readGguf(path);
  } catch (cause) {
    if (!(cause instanceof GgufError)) throw cause;
    throw new EngineError(400, unusable(cause, name), { cause });
  }
}

function unusable({ message, notGguf }: GgufError, name: string): string {
  if (!notGguf) return `invalid GGUF file: ${message}`;
  return name.endsWith(".gguf") ? message : "unknown type";
}

function existing(layer: Layer): Draft["layers"][number] {
  return { layer, status: `using existing layer ${layer.digest}` };
}
