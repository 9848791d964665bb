import { EngineError, INSTALL_OLLAMA, unsupported } from "../../errors.ts";
import { resolveOptions } from "../../values/options.ts";
import { sameTemplate } from "../chat-template.ts";
import {
  CONFIG_TYPE,
  type LayerKind,
  MANIFEST_TYPE,
  type Manifest,
  layerType,
} from "../manifest.ts";
import type { Puller } from "../pull/puller.ts";
import type { PullStatus } from "../sources/source.ts";
import type { ModelStore } from "../store.ts";
import { type StoredModel, StoreError } from "../stored-model.ts";
import { baseOfFiles, baseOfModel } from "./base.ts";
import { type Draft, type DraftContext, type DraftLayer, newLayer, storedJson } from "./draft.ts";
import type { Base, CreateRequest } from "./request.ts";

type Parts = { readonly store: ModelStore; readonly puller: Puller };

/**
 * Creates a model; yields Ollama's lines until `success`. Everything is checked before the first
 * line unless the base has to be pulled, so that a refusal has its own status. The model appears
 * with its manifest, complete or not at all.
 * @throws {EngineError} 400 with what is wrong and what to do.
 */
export async function* createModel(
  request: CreateRequest,
  { store, puller }: Parts,
  signal: AbortSignal,
): AsyncGenerator<PullStatus, void> {
  checkParameters(request.parameters);
  if (request.base.kind === "model") yield* pullIfMissing(request.base, { store, puller }, signal);
  const lines = await store.blobs.withPins(async (pin) => {
    const context = { store, pin };
    const base = await baseOf(request.base, context);
    refuseOtherTemplate(base, request);
    const draft = await changed(base, request, context);
    signal.throwIfAborted();
    const manifest = await manifestOf(draft, context);
    await publish(request, manifest, store);
    return draft.layers.map(({ status }) => status);
  });
  if (request.base.kind === "files") yield { status: "parsing GGUF" };
  for (const status of [...lines, "writing manifest", "success"]) yield { status };
}

/** An error of the store, such as a text that is too long, is a mistake of the request. */
async function publish(
  { name }: CreateRequest,
  manifest: Manifest,
  store: ModelStore,
): Promise<void> {
  try {
    await store.put(name, manifest, storedJson(manifest));
  } catch (err) {
    if (!(err instanceof StoreError)) throw err;
    throw new EngineError(400, err.message, { cause: err });
  }
}

async function* pullIfMissing(
  { name, scheme }: Extract<Base, { kind: "model" }>,
  { store, puller }: Parts,
  signal: AbortSignal,
): AsyncGenerator<PullStatus, void> {
  if (await store.find(name)) return;
  for await (const line of puller.pull(name, signal, { scheme })) {
    // The create sends its own `success` line.
    if (line.status !== "success") yield line;
  }
}

async function baseOf(base: Base, context: DraftContext): Promise<Draft> {
  if (base.kind === "files") return baseOfFiles(base.files, context);
  const model: StoredModel | undefined = await context.store.find(base.name);
  if (!model) throw new EngineError(404, "the base model has just been removed");
  return baseOfModel(model, base.name, context);
}

/** The engine renders a conversation by the model's own template and by no other. */
function refuseOtherTemplate(
  { template, config }: Draft,
  { template: wanted, renderer, parser }: CreateRequest,
): void {
  const advice = (what: string) =>
    `leave ${what} out, the engine uses the one that the model brings, or ${INSTALL_OLLAMA}`;
  if (wanted !== "" && !sameTemplate(wanted, template)) {
    throw unsupported("a template other than the model's own", advice("the template"));
  }
  if (renderer !== "" && renderer !== config.renderer) {
    throw unsupported("a renderer other than the model's own", advice("the renderer"));
  }
  if (parser !== "" && parser !== config.parser) {
    throw unsupported("a parser other than the model's own", advice("the parser"));
  }
}

/** @throws {EngineError} 400: a model that no request could be answered with is not made. */
function checkParameters(parameters: CreateRequest["parameters"]): void {
  try {
    resolveOptions(parameters, {}, 0);
  } catch (err) {
    throw err instanceof EngineError ? new EngineError(400, err.message, { cause: err }) : err;
  }
}

/** The base with the request's changes. A changed layer goes to the end, as in Ollama. */
async function changed(base: Draft, request: CreateRequest, context: DraftContext): Promise<Draft> {
  const { system, licenses, messages } = request;
  let layers = [...base.layers];
  const replace = async (kind: LayerKind, text: string) => {
    layers = [...without(layers, kind), await newLayer(kind, text, context)];
  };
  if (system !== "") await replace("system", system);
  for (const license of licenses) layers.push(await newLayer("license", license, context));
  const parameters = sorted({ ...base.parameters, ...request.parameters });
  if (Object.keys(parameters).length > 0) await replace("params", storedJson(parameters));
  if (messages.length > 0) await replace("messages", storedJson(messages));
  return { ...base, parameters, layers };
}

async function manifestOf(
  { config, layers }: Draft,
  { store, pin }: DraftContext,
): Promise<Manifest> {
  const diff_ids = layers.map(({ layer }) => layer.digest);
  const always = { architecture: "amd64", os: "linux", rootfs: { type: "layers", diff_ids } };
  const { digest, size } = await store.blobs.write(storedJson({ ...config, ...always }), pin);
  return {
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config: { mediaType: CONFIG_TYPE, digest, size },
    layers: layers.map(({ layer }) => layer),
  };
}

function without(layers: readonly DraftLayer[], kind: LayerKind): DraftLayer[] {
  return layers.filter(({ layer }) => layer.mediaType !== layerType(kind));
}

/** Go writes a map's keys in their order. */
function sorted(record: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));
}
