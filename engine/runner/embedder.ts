import type { LlamaEmbeddingContext, LlamaModel, Token } from "node-llama-cpp";
import type { PlaceReport } from "../watch/place-report.ts";
import { Progress } from "../watch/progress.ts";
import type { Cores } from "./cores.ts";
import { FifoPool } from "./fifo-pool.ts";
import { TokenReader } from "./token-reader.ts";

/** A text is longer than the model's context and may not be cut. */
export class InputTooLongError extends Error {
  constructor(options: { cause?: unknown } = {}) {
    super("the input length exceeds the context length", options);
  }
}

/** Far more characters than any context takes. A longer text is cut before it is tokenized. */
const MAX_TEXT_LENGTH = 1 << 20;
/** Characters of a text that are tokenized at first, for each token that fits. */
const CHARACTERS_PER_TOKEN = 8;
/** Tokens at the end of a cut text that may change when more of it is read. */
const UNSURE_TOKENS = 64;

export type EmbedRequest = {
  readonly text: string;
  readonly truncate: boolean;
  readonly signal: AbortSignal;
};

type EmbedderOptions = {
  readonly contextLength: number;
  readonly cores: Cores;
  readonly progress?: Progress;
};

/** Embeds one text after the other, in order of arrival. */
export class Embedder {
  readonly #model: LlamaModel;
  readonly #contextLength: number;
  readonly #places: FifoPool<LlamaEmbeddingContext>;
  readonly #context: LlamaEmbeddingContext;
  readonly #reader: TokenReader;
  readonly #cores: Cores;
  readonly #progress: Progress;

  private constructor(
    model: LlamaModel,
    context: LlamaEmbeddingContext,
    { contextLength, cores, progress = new Progress() }: EmbedderOptions,
  ) {
    this.#model = model;
    this.#context = context;
    this.#contextLength = contextLength;
    this.#places = new FifoPool([context]);
    this.#reader = new TokenReader(model);
    this.#cores = cores;
    this.#progress = progress;
  }

  static async create(model: LlamaModel, options: EmbedderOptions): Promise<Embedder> {
    // node-llama-cpp refuses a text that fills the context exactly.
    const contextSize = options.contextLength + 1;
    const threads = options.cores.usual;
    const context = await model.createEmbeddingContext({ contextSize, threads });
    return new Embedder(model, context, options);
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
    const room = Math.max(1, this.#contextLength - this.#context.calculateInputLength([]));
    const tokens = this.#fit(this.#read(text.slice(0, MAX_TEXT_LENGTH), room), room, truncate);
    const place = await this.#places.acquire(signal);
    this.#progress.began(tokens.length);
    try {
      const count = place.calculateInputLength(tokens);
      // A text is read in one decode. Streams beside it must not wait for its end.
      const { vector } = await this.#cores.whileUnlimited(() => place.getEmbeddingFor(tokens));
      if (!vector.every(Number.isFinite)) throw new Error("the model gave a vector with NaN in it");
      return { vector: [...vector], count };
    } finally {
      this.#progress.ended(tokens.length);
      this.#places.release(place);
    }
  }

  places(what: string): PlaceReport {
    return this.#places.report(what);
  }

  async dispose(): Promise<void> {
    await this.#context.dispose();
  }

  /** The tokens of a text; of a long text a few more than fit. */
  #read(text: string, room: number): Token[] {
    const enough = room + UNSURE_TOKENS;
    for (let length = room * CHARACTERS_PER_TOKEN; ; length *= 2) {
      const tokens = this.#reader.read(text.slice(0, length), enough);
      if (tokens.length > enough || length >= text.length) return tokens;
    }
  }

  /** Cuts a text so that it fits, together with the tokens that node-llama-cpp puts around it. */
  #fit(tokens: Token[], room: number, truncate: boolean): Token[] {
    if (tokens.length > room && !truncate) throw new InputTooLongError();
    const { bos } = this.#model.tokens;
    // node-llama-cpp returns no vector for no tokens, and an empty text needs one.
    if (tokens.length === 0 && bos !== null) return [bos];
    return tokens.slice(0, room);
  }
}
