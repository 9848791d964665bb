import type { LlamaEmbeddingContext, LlamaModel, Token } from "node-llama-cpp";
import { FifoPool } from "./fifo-pool.ts";

/** A text is longer than the model's context and may not be cut. */
export class InputTooLongError extends Error {
  constructor(options: { cause?: unknown } = {}) {
    super("the input length exceeds the context length", options);
  }
}

/** Far more characters than any context takes; longer texts would only be read for nothing. */
const MAX_TEXT_LENGTH = 1 << 20;

export type EmbedRequest = {
  readonly text: string;
  readonly truncate: boolean;
  readonly signal: AbortSignal;
};

/** Embeds one text after the other, in order of arrival. */
export class Embedder {
  readonly #model: LlamaModel;
  readonly #contextLength: number;
  readonly #places: FifoPool<LlamaEmbeddingContext>;
  readonly #context: LlamaEmbeddingContext;

  private constructor(model: LlamaModel, context: LlamaEmbeddingContext, contextLength: number) {
    this.#model = model;
    this.#context = context;
    this.#contextLength = contextLength;
    this.#places = new FifoPool([context]);
  }

  static async create(
    model: LlamaModel,
    { contextLength, threads }: { contextLength: number; threads: number },
  ): Promise<Embedder> {
    // node-llama-cpp refuses a text that fills the context exactly.
    const contextSize = contextLength + 1;
    const context = await model.createEmbeddingContext({ contextSize, threads });
    return new Embedder(model, context, contextLength);
  }

  /**
   * The vector of a text as the model gives it, and how many tokens it had.
   * @throws {InputTooLongError} unless it may be truncated.
   */
  async embed({
    text,
    truncate,
    signal,
  }: EmbedRequest): Promise<{ vector: number[]; count: number }> {
    if (text.length > MAX_TEXT_LENGTH && !truncate) throw new InputTooLongError();
    const read = this.#model.tokenize(text.slice(0, MAX_TEXT_LENGTH), true);
    const tokens = this.#fit(read, truncate);
    const place = await this.#places.acquire(signal);
    try {
      const count = place.calculateInputLength(tokens);
      const { vector } = await place.getEmbeddingFor(tokens);
      if (!vector.every(Number.isFinite)) throw new Error("the model gave a vector with NaN in it");
      return { vector: [...vector], count };
    } finally {
      this.#places.release(place);
    }
  }

  async dispose(): Promise<void> {
    await this.#context.dispose();
  }

  /** Cuts a text so that it fits together with the tokens node-llama-cpp puts around it. */
  #fit(tokens: Token[], truncate: boolean): Token[] {
    const around = this.#context.calculateInputLength([]);
    const room = this.#contextLength - around;
    if (tokens.length > room && !truncate) throw new InputTooLongError();
    const { bos } = this.#model.tokens;
    // An empty text is embedded too, and node-llama-cpp gives nothing for no token at all.
    if (tokens.length === 0 && bos !== null) return [bos];
    return tokens.slice(0, room);
  }
}
