import { stat } from "node:fs/promises";
import type { Llama, LlamaContext, LlamaGrammar, LlamaModel, Token } from "node-llama-cpp";
import { EngineError } from "../errors.ts";
import type { AnswerGrammar } from "../grammar/answer-grammar.ts";
import { SizedCache } from "../sized-cache.ts";
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
  /** Tokens that one sequence can see; at most what the model was trained on. */
  readonly contextLength: number;
  readonly sequences: number;
  readonly embeddingOnly: boolean;
};

type Parts = OpenLlama & {
  readonly model: LlamaModel;
  readonly contextLength: number;
};

/** No known model has a longer token, in characters. A file may say anything. */
const LONGEST_TOKEN = 1_024;
/** Characters of a model's cached grammars; a large one has a million or so. */
const MAX_GRAMMAR_CHARS = 4 << 20;

/**
 * A model in memory. It writes text on several sequences side by side, and embeds texts one after
 * the other.
 */
export class ModelRunner {
  readonly contextLength: number;
  /** The longest token, in characters. */
  readonly longestToken: number;
  /** Whether the model's vectors have length 1 under Ollama, on the older route as well. */
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
   * Loads weights and creates the contexts. An embedding model gets none for text.
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

  /** Bytes of the model and its contexts, as far as llama.cpp reports them. */
  get memory(): { total: number; gpu: number } {
    const context = this.#context?.memoryUsage ?? { ram: 0, vram: 0 };
    const gpu = this.#parts.llama.gpu === false ? 0 : this.#parts.model.size + context.vram;
    return { total: this.#parts.model.size + context.ram + context.vram, gpu };
  }

  /** The tokens of a text. Where it has more than `enough`, the last ones may be missing. */
  tokenize(text: string, enough?: number): Token[] {
    const { bos, shouldPrependBosToken } = this.#parts.model.tokens;
    const tokens = this.#reader.read(text, enough);
    const bare = !shouldPrependBosToken || bos === null || tokens[0] === bos;
    return bare ? tokens : [bos, ...tokens];
  }

  /** The tokens of these ids; `undefined` when the model does not know one of them. */
  tokensOf(ids: readonly number[]): Token[] | undefined {
    const known = this.#parts.model.fileInfo.metadata.tokenizer.ggml.tokens.length;
    const valid = ids.every((id) => Number.isInteger(id) && id >= 0 && id < known);
    return valid ? (ids as Token[]) : undefined;
  }

  /** The token that begins every prompt, if the model has one. */
  get firstToken(): Token | undefined {
    const { bos, shouldPrependBosToken } = this.#parts.model.tokens;
    return shouldPrependBosToken ? (bos ?? undefined) : undefined;
  }

  /** The texts of the begin and end tokens, for chat templates. */
  get marks(): { bos: string; eos: string } {
    const { bosString, eosString } = this.#parts.model.tokens;
    return { bos: bosString ?? "", eos: eosString ?? "" };
  }

  /**
   * Yields an answer's text piece by piece. Waits for a free slot first, and gives it back in any
   * case. `grammar`: what the answer must match.
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

  /** The state of the model's sequences, and of its turn to embed. */
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

  /** The embedding context of a text model is created at its first use. */
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

  /** The parsed grammar is cached; each answer has a state of its own. */
  async #begin({ gbnf, close }: AnswerGrammar): Promise<RunningGrammar> {
    const { LlamaGrammarEvaluationState } = await import("node-llama-cpp");
    const { llama, model } = this.#parts;
    const grammar = this.#grammars.get(gbnf) ?? (await llama.createGrammar({ grammar: gbnf }));
    this.#grammars.set(gbnf, grammar, gbnf.length);
    return { state: new LlamaGrammarEvaluationState({ model, grammar }), close };
  }
}

/** The context that the model was trained on. llama.cpp does not check what the file says. */
function trainedContext({ trainContextSize: size }: LlamaModel): number {
  if (size > 0) return size;
  throw new EngineError(500, `unable to load model: its context length is ${size}`);
}

function longestOf(texts: readonly string[]): number {
  const longest = texts.reduce((most, text) => Math.max(most, text.length), 1);
  return Math.min(longest, LONGEST_TOKEN);
}

/**
 * Tokens of a prompt that are read in one decode. Other streams wait that long for their next
 * token, so a CPU gets small blocks (larger ones read some 5 % faster). A GPU needs large ones.
 */
function blockSize({ gpu }: Llama): number {
  return gpu === false ? 64 : 256;
}
