import { EngineError } from "../errors.ts";
import { isEmbeddingOnly } from "../models/capabilities.ts";
import { parseModelName, shortName } from "../models/names.ts";
import type { StoredModel } from "../models/store.ts";
import type { ModelRunner } from "../runner/model-runner.ts";
import type { Services } from "../services.ts";
import type { ChatTemplate } from "../templates/chat-template.ts";
import type { KeepAliveMs } from "../values/keep-alive.ts";
import { type ModelOptions, type RawOptions, resolveOptions } from "../values/options.ts";

/** The model of a name that a client sent; `undefined` when the name is invalid or unknown. */
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

/** A model in memory, for as long as the scope that opened it lasts. */
export type OpenModel = {
  readonly runner: ModelRunner;
  /** `num_ctx` in it is the context that the model was loaded with. */
  readonly options: ModelOptions;
};

/** A request that runs on an open model. */
export type ModelRun<Request> = {
  readonly model: StoredModel;
  readonly template: ChatTemplate;
  readonly open: OpenModel;
  readonly request: Request;
  /** In milliseconds of `performance.now`. */
  readonly startedAt: number;
  readonly signal: AbortSignal;
};

type ModelUse = {
  readonly model: StoredModel;
  readonly request: { readonly options: RawOptions; readonly keepAliveMs: KeepAliveMs };
  /** The request's. */
  readonly signal: AbortSignal;
};

/**
 * Waits until a model is in memory, and keeps it there until `use` has settled, however that ends.
 * @throws {EngineError} for refused options or a failed load, and what `use` throws.
 */
export async function withModel<T>(
  { loadedModels, contextLength }: Pick<Services, "loadedModels" | "contextLength">,
  { model, request, signal }: ModelUse,
  use: (open: OpenModel) => T | Promise<T>,
): Promise<T> {
  const options = resolveOptions(request.options, model.parameters, contextLength);
  const load = {
    model,
    name: shortName(model.name),
    weightsDigest: model.weightsDigest,
    contextLength: options.num_ctx,
    keepAliveMs: request.keepAliveMs,
  };
  const lease = await loadedModels.acquire(load, signal);
  try {
    const { runner } = lease;
    const num_ctx = Math.min(options.num_ctx, runner.contextLength);
    return await use({ runner, options: { ...options, num_ctx } });
  } finally {
    lease.release();
  }
}
