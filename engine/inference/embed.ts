import { EngineError } from "../errors.ts";
import { InputTooLongError } from "../runner/embedder.ts";
import type { Services } from "../services.ts";
import { nanoseconds } from "./answer.ts";
import { type OpenModel, findModel, withModel } from "./open-model.ts";
import type { EmbedInput } from "./requests.ts";

export type EmbedRequest = EmbedInput & {
  readonly input: readonly string[];
  readonly truncate: boolean;
  /** 0: the model's own number. */
  readonly dimensions: number;
};

export type EmbedAnswer = {
  readonly model: string;
  readonly embeddings: readonly (readonly number[])[];
  readonly total_duration?: number;
  readonly load_duration?: number;
  readonly prompt_eval_count?: number;
};

/**
 * Embeds texts, in their order; vectors have length 1.
 * @throws {EngineError} 400 when a text is too long and must not be cut.
 */
export async function embed(
  services: Services,
  request: EmbedRequest,
  signal: AbortSignal,
): Promise<EmbedAnswer> {
  const startedAt = performance.now();
  return withEmbedder(services, request, signal, 400, async ({ runner }) => {
    const loadedAt = performance.now();
    const embeddings: number[][] = [];
    let count = 0;
    for (const text of request.input) {
      const { truncate, dimensions } = request;
      const embedded = await runner.embed({ text, truncate, signal });
      count += embedded.count;
      embeddings.push(shaped(embedded.vector, dimensions));
    }
    if (embeddings.length === 0) return { model: request.model, embeddings };
    return {
      model: request.model,
      embeddings,
      total_duration: nanoseconds(performance.now() - startedAt),
      load_duration: nanoseconds(loadedAt - startedAt),
      ...(count > 0 && { prompt_eval_count: count }),
    };
  });
}

/**
 * One vector as the model gives it under Ollama, which normalises those of some architectures only;
 * `[]` for an empty prompt, which only loads the model.
 * @throws {EngineError} 500 when the text is too long, as Ollama's older route does.
 */
export async function embedRaw(
  services: Services,
  request: EmbedInput & { readonly prompt: string },
  signal: AbortSignal,
): Promise<number[]> {
  return withEmbedder(services, request, signal, 500, async ({ runner }) => {
    if (request.prompt === "") return [];
    const { vector } = await runner.embed({ text: request.prompt, truncate: false, signal });
    return runner.hasUnitVectors ? shaped(vector, 0) : vector;
  });
}

/** `tooLong`: the status of a text that does not fit and must not be cut. */
async function withEmbedder<T>(
  services: Services,
  request: EmbedInput,
  signal: AbortSignal,
  tooLong: number,
  use: (open: OpenModel) => Promise<T>,
): Promise<T> {
  const model = await findModel(services, request.model);
  if (!model) {
    const name = JSON.stringify(request.model);
    throw new EngineError(404, `model ${name} not found, try pulling it first`);
  }
  try {
    return await withModel(services, { model, request, signal }, use);
  } catch (err) {
    if (!(err instanceof InputTooLongError)) throw err;
    throw new EngineError(tooLong, err.message, { cause: err });
  }
}

/** The vector at length 1. Where fewer dimensions are requested, it is cut first. */
export function shaped(vector: readonly number[], dimensions: number): number[] {
  const cut = dimensions > 0 && dimensions < vector.length ? vector.slice(0, dimensions) : vector;
  const length = Math.hypot(...cut);
  return cut.map((value) => Math.fround(length === 0 ? 0 : value / length));
}
