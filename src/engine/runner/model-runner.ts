import type {
  Llama,
  LlamaContext,
  LlamaContextSequence,
  LlamaGrammar,
  LlamaModel,
  Token,
} from "node-llama-cpp";
import { type CompletionEnd, type CompletionRequest, complete } from "./completion.ts";
import { DecodeGate } from "./decode-gate.ts";
import { Embedder, type EmbedRequest } from "./embedder.ts";
import { FifoPool } from "./fifo-pool.ts";
import { JSON_GRAMMAR } from "./json-grammar.ts";
import { commonPrefix } from "./prefix.ts";

export type LoadRequest = {
  readonly weightsPath: string;
  /** Tokens one sequence can see; what the model was trained on is the most it gets. */
  readonly contextLength: number;
  readonly sequences: number;
  readonly threads: number;
  readonly embeddingOnly: boolean;
};

type Parts = {
  readonly llama: Llama;
  readonly model: LlamaModel;
  readonly contextLength: number;
  readonly threads: number;
};

/** A model in memory: text on several sequences side by side, embeddings one after the other. */
export class ModelRunner {
  readonly contextLength: number;
  readonly #parts: Parts;
  readonly #context: LlamaContext | undefined;
  readonly #sequences: FifoPool<LlamaContextSequence>;
  readonly #gate = new DecodeGate();
  #embedder: Promise<Embedder> | undefined;
  #grammar: Promise<LlamaGrammar> | undefined;

  private constructor(parts: Parts, context: LlamaContext | undefined) {
    this.#parts = parts;
    this.#context = context;
    this.contextLength = parts.contextLength;
    const sequences = Array.from({ length: context?.totalSequences ?? 0 }, () =>
      context?.getSequence(),
    );
    this.#sequences = new FifoPool(sequences.filter((sequence) => sequence !== undefined));
  }

  /** Loads weights and makes the contexts; an embedding model gets none for text. */
  static async load(llama: Llama, request: LoadRequest): Promise<ModelRunner> {
    const { weightsPath, sequences, threads } = request;
    const model = await llama.loadModel({ modelPath: weightsPath });
    try {
      const contextLength = Math.min(request.contextLength, model.trainContextSize);
      const parts = { llama, model, contextLength, threads };
      if (request.embeddingOnly) {
        const runner = new ModelRunner(parts, undefined);
        await runner.#embedding();
        return runner;
      }
      const size = { contextSize: contextLength, sequences, threads };
      return new ModelRunner(parts, await model.createContext(size));
    } catch (err) {
      await model.dispose();
      throw err;
    }
  }

  /** Bytes the model and its contexts take, as far as llama.cpp tells. */
  get memory(): { total: number; gpu: number } {
    const context = this.#context?.memoryUsage ?? { ram: 0, vram: 0 };
    const gpu = this.#parts.llama.gpu === false ? 0 : this.#parts.model.size + context.vram;
    return { total: this.#parts.model.size + context.ram + context.vram, gpu };
  }

  tokenize(text: string): Token[] {
    const { bos, shouldPrependBosToken } = this.#parts.model.tokens;
    const tokens = this.#parts.model.tokenize(text, true);
    const bare = !shouldPrependBosToken || bos === null || tokens[0] === bos;
    return bare ? tokens : [bos, ...tokens];
  }

  /**
   * Yields an answer's text piece by piece; waits for a free sequence first, which it gives back in
   * any case.
   */
  async *complete(
    request: CompletionRequest & { json: boolean },
  ): AsyncGenerator<string, CompletionEnd> {
    const { signal, tokens, json } = request;
    const grammar = json ? await this.#jsonGrammar() : undefined;
    const sequence = await this.#sequences.acquire(signal, (free) => bestPrefix(free, tokens));
    try {
      const { model } = this.#parts;
      const batchSize = this.#context?.batchSize ?? 512;
      return yield* complete({ model, sequence, grammar, batchSize, gate: this.#gate }, request);
    } finally {
      this.#sequences.release(sequence);
    }
  }

  async embed(request: EmbedRequest): Promise<{ vector: number[]; count: number }> {
    return (await this.#embedding()).embed(request);
  }

  async dispose(): Promise<void> {
    await this.#parts.model.dispose();
  }

  /** A text model makes its embedding context when it is first asked for. */
  #embedding(): Promise<Embedder> {
    const { model, contextLength, threads } = this.#parts;
    this.#embedder ??= Embedder.create(model, { contextLength, threads });
    return this.#embedder;
  }

  async #jsonGrammar() {
    const { LlamaGrammarEvaluationState } = await import("node-llama-cpp");
    const { llama, model } = this.#parts;
    this.#grammar ??= llama.createGrammar({ grammar: JSON_GRAMMAR });
    return new LlamaGrammarEvaluationState({ model, grammar: await this.#grammar });
  }
}

/** The sequence that still holds most of the prompt. */
function bestPrefix(free: readonly LlamaContextSequence[], tokens: readonly Token[]): number {
  const shared = free.map((sequence) => commonPrefix(sequence.contextTokens, tokens));
  return shared.indexOf(Math.max(...shared));
}
