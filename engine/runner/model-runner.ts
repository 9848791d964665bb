import { stat } from "node:fs/promises";
import type { Llama, LlamaContext, LlamaGrammar, LlamaModel, Token } from "node-llama-cpp";
import { EngineError } from "../errors.ts";
import type { AnswerGrammar } from "../grammar/answer-grammar.ts";
import { SizedCache } from "../values/sized-cache.ts";
import type { PlaceReport } from "../watch/place-report.ts";
import type { Piece } from "./answer-text.ts";
import {
  type CompletionEnd,
  type CompletionRequest,
  type RunningGrammar,
  complete,
} from "./completion.ts";
import { Embedder, type EmbedRequest } from "./embedder.ts";
import { FifoPool } from "./fifo-pool.ts";
import type { OpenLlama } from "./llama.ts";
import { requireRoomForContext, requireRoomForWeights } from "./memory.ts";
import { Rounds } from "./rounds.ts";
import { isReproducible } from "./sampling.ts";
import { Slot, chooseSlot } from "./slot.ts";
import { TokenReader } from "./token-reader.ts";
import { hasUnitVectors } from "./unit-vectors.ts";

export type RunnerOptions = {
  readonly weightsPath: string;
  /** Tokens one sequence can see; what the model was trained on is the most it gets. */
  readonly contextLength: number;
  readonly sequences: number;
  readonly embeddingOnly: boolean;
};

type Parts = OpenLlama & {
  readonly model: LlamaModel;
  readonly contextLength: number;
};

/** No known model has a longer token; what a file says may be anything. */
const LONGEST_TOKEN = 1_024;
/** Characters of the grammars a model keeps checked; a large one has a million or so. */
const MAX_GRAMMAR_CHARS = 4 << 20;

/** A model in memory: text on several sequences side by side, embeddings one after the other. */
export class ModelRunner {
  readonly contextLength: number;
  /** Characters that one token stands for at the most. */
  readonly longestToken: number;
  /** Whether its vectors have length 1 under Ollama, on the older route as well. */
  readonly hasUnitVectors: boolean;
  readonly #parts: Parts;
  readonly #reader: TokenReader;
  readonly #context: LlamaContext | undefined;
  readonly #slots: FifoPool<Slot>;
  readonly #grammars = new SizedCache<LlamaGrammar>(MAX_GRAMMAR_CHARS);
  #embedder: Promise<Embedder> | undefined;
  #openEmbedder: Embedder | undefined;

  private constructor(parts: Parts, context?: LlamaContext) {
    this.#parts = parts;
    this.#reader = new TokenReader(parts.model);
    this.#context = context;
    this.contextLength = parts.contextLength;
    this.longestToken = longestOf(parts.model.fileInfo.metadata.tokenizer.ggml.tokens);
    this.hasUnitVectors = hasUnitVectors(parts.model);
    const { llama, cores, progress } = parts;
    const rounds = new Rounds(cores, progress);
    const sequences = Array.from({ length: context?.totalSequences ?? 0 }, () =>
      context?.getSequence(),
    );
    this.#slots = new FifoPool(
      sequences.flatMap((sequence, order) =>
        sequence
          ? [new Slot({ sequence, order, rounds, block: blockSize(llama), cores: cores.usual })]
          : [],
      ),
    );
  }

  /**
   * Loads weights and makes the contexts; an embedding model gets none for text.
   * @throws {MemoryError} when it does not fit.
   */
  static async load(opened: OpenLlama, options: RunnerOptions): Promise<ModelRunner> {
    const { llama, cores } = opened;
    const { weightsPath, sequences } = options;
    if (llama.gpu === false) requireRoomForWeights((await stat(weightsPath)).size);
    const model = await llama.loadModel({ modelPath: weightsPath });
    try {
      const contextLength = Math.min(options.contextLength, trainedContext(model));
      const parts = { ...opened, model, contextLength };
      if (options.embeddingOnly) {
        const runner = new ModelRunner(parts);
        await runner.#embedding();
        return runner;
      }
      const batchSize = blockSize(llama) * sequences;
      const size = { contextSize: contextLength, sequences, batchSize };
      await requireRoomForContext(parts, { ...size, isEmbeddingContext: false });
      return new ModelRunner(
        parts,
        await cores.whileUnlimited(() => model.createContext({ ...size, threads: cores.most })),
      );
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

  /** The tokens of a text; where it has more than `enough`, the end may be missing. */
  tokenize(text: string, enough?: number): Token[] {
    const { bos, shouldPrependBosToken } = this.#parts.model.tokens;
    const tokens = this.#reader.read(text, enough);
    const bare = !shouldPrependBosToken || bos === null || tokens[0] === bos;
    return bare ? tokens : [bos, ...tokens];
  }

  /** The tokens of these numbers, or `undefined` when the model knows one of them not. */
  tokensOf(ids: readonly number[]): Token[] | undefined {
    const known = this.#parts.model.fileInfo.metadata.tokenizer.ggml.tokens.length;
    const valid = ids.every((id) => Number.isInteger(id) && id >= 0 && id < known);
    return valid ? (ids as Token[]) : undefined;
  }

  /** What every prompt begins with by itself, if anything. */
  get firstToken(): Token | undefined {
    const { bos, shouldPrependBosToken } = this.#parts.model.tokens;
    return shouldPrependBosToken ? (bos ?? undefined) : undefined;
  }

  /** The texts a chat template puts around a conversation. */
  get marks(): { bos: string; eos: string } {
    const { bosString, eosString } = this.#parts.model.tokens;
    return { bos: bosString ?? "", eos: eosString ?? "" };
  }

  /**
   * Yields an answer's text piece by piece; waits for a free slot first, which it gives back in any
   * case. `grammar`: what the answer must be.
   */
  async *complete(
    request: CompletionRequest & { grammar: AnswerGrammar | undefined },
  ): AsyncGenerator<Piece, CompletionEnd> {
    const { signal, tokens, options } = request;
    const grammar = request.grammar && (await this.#begin(request.grammar));
    const exactly = isReproducible(options);
    const slot = await this.#slots.acquire(signal, (free) => chooseSlot(free, tokens, exactly));
    try {
      const { model } = this.#parts;
      const parts = { model, slot, grammar };
      return yield* complete(parts, request);
    } finally {
      this.#slots.release(slot);
    }
  }

  async embed(request: EmbedRequest): Promise<{ vector: number[]; count: number }> {
    return (await this.#embedding()).embed(request);
  }

  /** How it stands with its sequences, and with the place texts are embedded in. */
  places(): readonly PlaceReport[] {
    const embedding = this.#openEmbedder?.places("a model's turn to embed");
    return [this.#slots.report("a model's sequence"), ...(embedding ? [embedding] : [])];
  }

  async dispose(): Promise<void> {
    const { model, progress } = this.#parts;
    progress.began(0);
    try {
      await model.dispose();
    } finally {
      progress.ended(0);
    }
  }

  /** A text model makes its embedding context when it is first asked for. */
  #embedding(): Promise<Embedder> {
    this.#embedder ??= this.#makeEmbedder().catch((err: unknown) => {
      this.#embedder = undefined;
      throw err;
    });
    return this.#embedder;
  }

  async #makeEmbedder(): Promise<Embedder> {
    const { model, contextLength, cores, progress } = this.#parts;
    const size = { contextSize: contextLength, sequences: 1, batchSize: contextLength };
    await requireRoomForContext(this.#parts, { ...size, isEmbeddingContext: true });
    this.#openEmbedder = await Embedder.create(model, { contextLength, cores, progress });
    return this.#openEmbedder;
  }

  /** What a grammar has checked is kept; each answer reads its text anew all the same. */
  async #begin({ gbnf, close }: AnswerGrammar): Promise<RunningGrammar> {
    const { LlamaGrammarEvaluationState } = await import("node-llama-cpp");
    const { llama, model } = this.#parts;
    const grammar = this.#grammars.get(gbnf) ?? (await llama.createGrammar({ grammar: gbnf }));
    this.#grammars.set(gbnf, grammar, gbnf.length);
    return { state: new LlamaGrammarEvaluationState({ model, grammar }), close };
  }
}

/** What a file says may be anything; llama.cpp looks at it as little. */
function trainedContext({ trainContextSize: size }: LlamaModel): number {
  if (size > 0) return size;
  throw new EngineError(500, `unable to load model: its context length is ${size}`);
}

function longestOf(texts: readonly string[]): number {
  const longest = texts.reduce((most, text) => Math.max(most, text.length), 1);
  return Math.min(longest, LONGEST_TOKEN);
}

/**
 * Tokens of a prompt read in one go. Other streams wait that long for their next token, so a
 * processor gets small blocks (larger ones read some 5 % faster); a graphics card needs large ones.
 */
function blockSize({ gpu }: Llama): number {
  return gpu === false ? 64 : 256;
}
