import type { Signal } from "../runtime/light-signal.ts";
import QuickLRU from "quick-lru";
import type { Match } from "../../workers/similarity/protocol.ts";
import { ServiceError } from "../errors/service-error.ts";
import type { CacheCounts } from "./cache-counts.ts";
import { FLOOR, isGuardable, judge, QuestionText } from "./guard/guard.ts";
import type { Question } from "./question.ts";
import { QuestionVectors } from "./question-vectors.ts";
import type { CacheEntry } from "./response-cache.ts";

/** The vector of a text. */
export interface TextVector {
  /** A unit vector; nobody may write into it. */
  values: Float32Array;
  /** The digest of the model that made it: vectors of two models are not to be compared. */
  model: string;
}

interface SimilarQuestionsOptions {
  /** The vector of a short text, from the embedding model of the cache. */
  vectorOf: (text: string, tenant: string, signal: Signal) => Promise<TextVector>;
  /** The thread that vectors are compared on. */
  thread: ConstructorParameters<typeof QuestionVectors>[0]["thread"];
  counts: CacheCounts;
  /** As the guard takes it. */
  threshold: number;
  /** Told of each vector that was made for an entry. */
  onVector?: (entry: CacheEntry, vector: TextVector) => void;
  /** Told of the memory that the vector of an entry takes; 0 when it has lost it. */
  weigh?: (entry: CacheEntry, bytes: number) => void;
  onFault: (err: unknown) => void;
}

/** A kept question that may be answered alike. */
export interface SimilarQuestion {
  entry: CacheEntry;
  similarity: number;
}

/** A lookup that takes longer is given up: the request goes on without it. */
const LOOKUP_MS = 300;

/** A vector may take longer: the embedding model may have to be loaded for it, which takes a second. */
const VECTOR_MS = 3000;

/** Nearest questions that the guard is asked about; the first it lets through is taken. */
const CANDIDATES = 8;

/** Kept questions of which the guard's reading is held: up to twice as many, of some kilobytes each. */
const MAX_READ = 256;

/** What a vector takes beside its numbers, which are held here and by the thread. */
const OVERHEAD_BYTES = 300;

/**
 * Finds kept questions that mean the same in other words: near ones by their vectors, of which the
 * guard lets through those whose difference is none.
 */
export class SimilarQuestions {
  readonly #options: SimilarQuestionsOptions;
  readonly #vectors: QuestionVectors;
  /** Entries with a vector, by their number. */
  readonly #entries = new Map<number, CacheEntry>();
  /** Entries whose vector is being made, and when that has ended. */
  readonly #awaited = new Map<number, { space: string; ended: Promise<unknown> }>();
  /** Entries of which there is no vector of today's model; they get theirs one after the other. */
  readonly #behind = new Map<number, CacheEntry>();
  /** Kept questions that were compared lately, as the guard reads them. */
  readonly #read = new QuickLRU<number, QuestionText>({ maxSize: MAX_READ });
  #isCatchingUp = false;
  /** Lookups that were given up and whose vector is still being made: the model loads, or is busy. */
  #overdue = 0;
  /** The digest of the model that all vectors are of. */
  #model: string | undefined;

  constructor(options: SimilarQuestionsOptions) {
    this.#options = options;
    const { thread, onFault } = options;
    this.#vectors = new QuestionVectors({ thread, onFault });
  }

  /** Whether there is anything a question could be similar to. */
  canBeAsked({ space, text }: Question): boolean {
    return (this.#vectors.has(space) || this.#expects(space)) && isGuardable(text);
  }

  /**
   * The kept question to answer like; undefined when there is none, or it takes too long. While a
   * vector is overdue nobody else waits for one: what holds it up would hold up all.
   */
  async find(question: Question): Promise<SimilarQuestion | undefined> {
    const { counts } = this.#options;
    if (this.#overdue > 0) {
      counts.notCompared("busy");
      return undefined;
    }
    const late = new AbortController();
    const reason = new ServiceError("internal_error", `no similar question in ${LOOKUP_MS} ms`);
    let timer: NodeJS.Timeout | undefined;
    const expired = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        late.abort(reason);
        reject(reason);
      }, LOOKUP_MS);
    });
    try {
      const matches = await Promise.race([this.#search(question, late.signal), expired]);
      return this.#judged(question, matches);
    } catch (err) {
      counts.notCompared(err === reason ? "slow" : "failed");
      if (err !== reason) this.#options.onFault(err);
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Takes up a new entry, in the background. */
  add(entry: CacheEntry): void {
    if (isGuardable(entry.question.text)) this.#index(entry).catch(this.#options.onFault);
  }

  /**
   * Takes up an entry of an earlier start. Without a vector of today's model it gets one later,
   * when the model is seen to work.
   */
  restore(entry: CacheEntry, vector: TextVector | undefined): void {
    if (!isGuardable(entry.question.text)) return;
    if (vector) this.#model ??= vector.model;
    if (vector?.model !== this.#model || !vector) {
      this.#behind.set(entry.id, entry);
      return;
    }
    try {
      this.#vectors.restore(entry.question.space, entry.id, vector.values);
      this.#take(entry, vector);
    } catch (err) {
      this.#options.onFault(err);
    }
  }

  /** All entries of an earlier start are there. */
  endRestore(): void {
    this.#vectors.loadAll().catch(this.#options.onFault);
  }

  /** Lets go of an entry. */
  remove({ id, question }: CacheEntry): void {
    this.#awaited.delete(id);
    this.#behind.delete(id);
    this.#read.delete(id);
    if (this.#entries.delete(id)) this.#vectors.remove(question.space, id);
  }

  /** Whether there are entries in a space that will have their vector soon. */
  #expects(space: string): boolean {
    for (const awaited of this.#awaited.values()) if (awaited.space === space) return true;
    for (const { question } of this.#behind.values()) if (question.space === space) return true;
    return false;
  }

  /** The entries of a space without a vector of today's model, those used last first. */
  #behindIn(space: string): CacheEntry[] {
    return [...this.#behind.values()]
      .filter(({ question }) => question.space === space)
      .toReversed();
  }

  #index(entry: CacheEntry): Promise<void> {
    const { id, question } = entry;
    const indexed = this.#makeVector(entry).finally(() => this.#awaited.delete(id));
    const ended = indexed.catch(() => {});
    this.#awaited.set(id, { space: question.space, ended });
    return indexed;
  }

  async #makeVector(entry: CacheEntry): Promise<void> {
    const { id, question } = entry;
    const vector = await this.#vectorOf(question);
    // It may have been removed meanwhile.
    if (!this.#awaited.has(id)) return;
    this.#seen(vector.model);
    this.#vectors.add(question.space, id, vector.values);
    this.#options.onVector?.(entry, vector);
    this.#take(entry, vector);
  }

  async #vectorOf({ text, tenant }: Question): Promise<TextVector> {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(new Error("no vector in time")), VECTOR_MS);
    try {
      return await this.#options.vectorOf(text, tenant, stop.signal);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Its vector is there. To weigh it may remove it. */
  #take(entry: CacheEntry, { values }: TextVector): void {
    this.#entries.set(entry.id, entry);
    this.#options.weigh?.(entry, 2 * values.byteLength + OVERHEAD_BYTES);
  }

  async #search(question: Question, late: Signal): Promise<Match[]> {
    const vector = await this.#unlessOverdue(this.#vectorOf(question), late);
    this.#seen(vector.model);
    late.throwIfAborted();
    await this.#allThere(question.space, late);
    const wanted = { count: CANDIDATES, atLeast: Math.min(this.#options.threshold, FLOOR) };
    return this.#vectors.search(question.space, vector.values, wanted);
  }

  /** Goes on with a vector although its lookup is given up: it brings the model into memory. */
  async #unlessOverdue(vector: Promise<TextVector>, late: Signal): Promise<TextVector> {
    const isLate = (): void => {
      this.#overdue += 1;
    };
    late.addEventListener("abort", isLate, { once: true });
    try {
      return await vector;
    } finally {
      late.removeEventListener("abort", isLate);
      if (late.aborted) this.#overdue -= 1;
    }
  }

  /** Waits for the vectors of a space that are being made, and has those made that are missing. */
  async #allThere(space: string, signal: Signal): Promise<void> {
    const underWay = [...this.#awaited.values()].filter((awaited) => awaited.space === space);
    await Promise.all(underWay.map(({ ended }) => ended));
    for (const entry of this.#behindIn(space)) {
      signal.throwIfAborted();
      if (this.#behind.delete(entry.id)) await this.#index(entry);
    }
  }

  /** The embedding model works. Vectors of another one are made anew. */
  #seen(model: string): void {
    if (this.#model !== model) {
      this.#vectors.clear();
      for (const [id, entry] of this.#entries) {
        this.#behind.set(id, entry);
        this.#options.weigh?.(entry, 0);
      }
      this.#entries.clear();
      this.#model = model;
    }
    if (!this.#isCatchingUp && this.#behind.size > 0) void this.#catchUp();
  }

  async #catchUp(): Promise<void> {
    this.#isCatchingUp = true;
    try {
      for (const [id, entry] of this.#behind) {
        this.#behind.delete(id);
        await this.#index(entry);
      }
    } catch (err) {
      // The next one that works tells that there is more use in trying.
      this.#options.onFault(err);
    } finally {
      this.#isCatchingUp = false;
    }
  }

  #judged(question: Question, matches: Match[]): SimilarQuestion | undefined {
    const { counts, threshold } = this.#options;
    const asked = new QuestionText(question.text);
    for (const { id, similarity } of matches) {
      const entry = this.#entries.get(id);
      if (!entry) continue;
      const cached = this.#read.get(id) ?? new QuestionText(entry.question.text);
      this.#read.set(id, cached);
      const verdict = judge(asked, cached, similarity, { threshold });
      if (verdict.ok) return { entry, similarity };
      counts.refused(verdict.rule);
    }
    return undefined;
  }
}
