import { EngineError } from "../errors.ts";
import { isEmbeddingOnly } from "../models/capabilities.ts";
import { parseModelName, shortName } from "../models/names.ts";
import type { StoredModel } from "../models/store.ts";
import type { ModelRunner } from "../runner/model-runner.ts";
import type { Lease } from "../runner/residency.ts";
import type { Services } from "../services.ts";
import type { KeepAliveMs } from "../values/keep-alive.ts";
import { type ModelOptions, type RawOptions, resolveOptions } from "../values/options.ts";

/** The model of this name as a client wrote it; `undefined` when the name is invalid or unknown. */
export async function findModel(
  { store }: Pick<Services, "store">,
  text: string,
): Promise<StoredModel | undefined> {
  const name = parseModelName(text);
  return name && store.find(name);
}

/** @throws {EngineError} 400 with Ollama's text when the model can only embed. */
export function requireText(model: StoredModel, asSent: string, route: "generate" | "chat"): void {
  if (!isEmbeddingOnly(model)) return;
  throw new EngineError(400, `${JSON.stringify(asSent)} does not support ${route}`);
}

export type OpenModel = {
  readonly lease: Lease<ModelRunner>;
  /** `num_ctx` in it is what the model really got. */
  readonly options: ModelOptions;
};

/** Brings a model into memory, waiting for its turn; the caller releases the lease. */
export async function openModel(
  { residency, contextLength }: Services,
  model: StoredModel,
  wish: { options: RawOptions; keepAliveMs: KeepAliveMs },
  signal: AbortSignal,
): Promise<OpenModel> {
  const options = resolveOptions(wish.options, model.parameters, contextLength);
  const wanted = {
    model,
    name: shortName(model.name),
    weightsDigest: model.weightsDigest,
    contextLength: options.num_ctx,
    keepAliveMs: wish.keepAliveMs,
  };
  const lease = await residency.acquire(wanted, signal);
  const num_ctx = Math.min(options.num_ctx, lease.runner.contextLength);
  return { lease, options: { ...options, num_ctx } };
}
