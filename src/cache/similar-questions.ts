import type { Signal } from "../runtime/light-signal.ts";
import QuickLRU from "quick-lru";
import type { Match } from "../../workers/similarity/protocol.ts";
import { ServiceError } from "../errors/service-error.ts";
import { unlessAborted } from "../runtime/unless-aborted.ts";
import type { CacheCounts } from "./cache-counts.ts";
import { isComparable, judge, MIN_SIMILARITY, QuestionText } from "./paraphrase/judge.ts";
import type { Question } from "./question.ts";
import { QuestionVectors } from "./question-vectors.ts";
import type { CacheEntry } from "./response-cache.ts";

/** The vector of a text. */
export interface TextVector {
  /** A unit vector; it is shared, and never written into. */
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
  /** As the judge takes it. */
  threshold: number;
  /** Called with each vector that was made for an entry. */
  onVector?: (entry: CacheEntry, vector: TextVector) => void;
  /** Called with the memory that the vector of an entry takes; 0 when the vector was dropped. */
  setVectorBytes?: (entry: CacheEntry, bytes: number) => void;
  onFault: (err: unknown) => void;
}

/** A kept question that means the same. */
export interface SimilarQuestion {
  entry: CacheEntry;
  /** Cosine of the two questions. */
  similarity: number;
}

/** A lookup that takes longer is given up: the request goes on without it. */
const LOOKUP_MS = 300;

/** A vector may take longer: the embedding model may have to be loaded for it, which takes a second. */
const VECTOR_MS = 3000;

/** Nearest questions that are judged; the first that is let through is taken. */
const CANDIDATES = 8;

/** Kept questions whose parsed text is held: up to twice as many, of some kilobytes each. */
const MAX_PARSED = 256;

/** What a vector takes beside its numbers, which are held here and by the thread. */
const OVERHEAD_BYTES = 300;

/**
 * Finds kept questions that mean the same in other words: near ones by their vectors, of which the
 * paraphrase judge lets through those that differ in nothing that matters.
 */
export class SimilarQuestions {
  readonly #options: SimilarQuestionsOptions;
  readonly #vectors: QuestionVectors;
  /** Entries with a vector, by id. */
  readonly #indexed = new Map<number, CacheEntry>();
  /** Entries whose vector is being made; `done` never rejects. */
  readonly #indexing = new Map<number, { space: string; done: Promise<unknown> }>();
  /** Entries without a vector of the current model. They are indexed one after the other. */
  readonly #backlog = new Map<number, CacheEntry>();
  /** Texts of entries that were judged lately. */
  readonly #parsed = new QuickLRU<number, QuestionText>({ maxSize: MAX_PARSED });
  #isWorkingOff = false;
  /** Lookups that were given up while their vector is still being made: the model loads, or is busy. */
  #overdue = 0;
  /** The digest of the current model, which all vectors are of. */
  #model: string | undefined;

  constructor(options: SimilarQuestionsOptions) {
    this.#options = options;
    const { thread, onFault } = options;
    this.#vectors = new QuestionVectors({ thread, onFault });
  }

  /** Whether there is anything that a question could be similar to. */
  canLookUp({ space, text }: Question): boolean {
    return (this.#vectors.has(space) || this.#isPending(space)) && isComparable(text);
  }

  /**
   * A kept question that means the same; undefined when there is none, or the lookup takes too
   * long. While a vector is overdue no other lookup waits for one: what delays it would delay all.
   */
  async find(question: Question): Promise<SimilarQuestion | undefined> {
    const { counts, onFault } = this.#options;
    if (this.#overdue > 0) {
      counts.notCompared("busy");
      return undefined;
    }
    const late = new AbortController();
    const reason = new ServiceError("internal_error", `no similar question in ${LOOKUP_MS} ms`);
    const timer = setTimeout(() => late.abort(reason), LOOKUP_MS);
    try {
      const matches = await unlessAborted(this.#search(question, late.signal), late.signal);
      return this.#judge(question, matches);
    } catch (err) {
      counts.notCompared(err === reason ? "slow" : "failed");
      if (err !== reason) onFault(err);
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Indexes a new entry, in the background. */
  add(entry: CacheEntry): void {
    if (isComparable(entry.question.text)) this.#index(entry).catch(this.#options.onFault);
  }

  /**
   * Indexes an entry of an earlier start. Without a vector of the current model it gets one later,
   * when the model has shown that it works.
   */
  restore(entry: CacheEntry, vector: TextVector | undefined): void {
    if (!isComparable(entry.question.text)) return;
    if (vector) this.#model ??= vector.model;
    if (vector?.model !== this.#model || !vector) {
      this.#backlog.set(entry.id, entry);
      return;
    }
    try {
      this.#vectors.restore(entry.question.space, entry.id, vector.values);
      this.#indexedWith(entry, vector);
    } catch (err) {
      this.#options.onFault(err);
    }
  }

  /** All entries of an earlier start are there. */
  endRestore(): void {
    this.#vectors.loadAll().catch(this.#options.onFault);
  }

  /** Removes an entry. */
  remove({ id, question }: CacheEntry): void {
    this.#indexing.delete(id);
    this.#backlog.delete(id);
    this.#parsed.delete(id);
    if (this.#indexed.delete(id)) this.#vectors.remove(question.space, id);
  }

  /** Whether entries of a space are about to be indexed. */
  #isPending(space: string): boolean {
    for (const entry of this.#indexing.values()) if (entry.space === space) return true;
    for (const { question } of this.#backlog.values()) if (question.space === space) return true;
    return false;
  }

  #index(entry: CacheEntry): Promise<void> {
    const { id, question } = entry;
    const indexed = this.#makeVector(entry).finally(() => this.#indexing.delete(id));
    this.#indexing.set(id, { space: question.space, done: indexed.catch(() => {}) });
    return indexed;
  }

  async #makeVector(entry: CacheEntry): Promise<void> {
    const { id, question } = entry;
    const vector = await this.#vectorOf(question);
    // The entry may have been removed meanwhile.
    if (!this.#indexing.has(id)) return;
    this.#modelAnswered(vector.model);
    this.#vectors.add(question.space, id, vector.values);
    this.#options.onVector?.(entry, vector);
    this.#indexedWith(entry, vector);
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

  /** Set first: to count a vector's memory may remove its entry. */
  #indexedWith(entry: CacheEntry, { values }: TextVector): void {
    this.#indexed.set(entry.id, entry);
    this.#options.setVectorBytes?.(entry, 2 * values.byteLength + OVERHEAD_BYTES);
  }

  async #search(question: Question, late: Signal): Promise<Match[]> {
    const vector = await this.#countOverdue(this.#vectorOf(question), late);
    this.#modelAnswered(vector.model);
    late.throwIfAborted();
    await this.#completeIndex(question.space, late);
    const wanted = {
      count: CANDIDATES,
      atLeast: Math.min(this.#options.threshold, MIN_SIMILARITY),
    };
    return this.#vectors.search(question.space, vector.values, wanted);
  }

  /** A vector is finished although its lookup was given up: that loads the model. */
  async #countOverdue(vector: Promise<TextVector>, late: Signal): Promise<TextVector> {
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

  /** Waits until the entries of a space are indexed; of its backlog those used last come first. */
  async #completeIndex(space: string, signal: Signal): Promise<void> {
    const underWay = [...this.#indexing.values()].filter((entry) => entry.space === space);
    await Promise.all(underWay.map(({ done }) => done));
    for (const entry of [...this.#backlog.values()].toReversed()) {
      if (entry.question.space !== space) continue;
      signal.throwIfAborted();
      if (this.#backlog.delete(entry.id)) await this.#index(entry);
    }
  }

  /** The embedding model works. Vectors of another model are made anew. */
  #modelAnswered(model: string): void {
    if (this.#model !== model) {
      this.#vectors.clear();
      for (const [id, entry] of this.#indexed) {
        this.#backlog.set(id, entry);
        this.#options.setVectorBytes?.(entry, 0);
      }
      this.#indexed.clear();
      this.#model = model;
    }
    if (!this.#isWorkingOff && this.#backlog.size > 0) void this.#workOffBacklog();
  }

  async #workOffBacklog(): Promise<void> {
    this.#isWorkingOff = true;
    try {
      for (const [id, entry] of this.#backlog) {
        this.#backlog.delete(id);
        await this.#index(entry);
      }
    } catch (err) {
      // The next vector that is made resumes the work.
      this.#options.onFault(err);
    } finally {
      this.#isWorkingOff = false;
    }
  }

  #judge({ text }: Question, matches: Match[]): SimilarQuestion | undefined {
    const { counts, threshold } = this.#options;
    const question = new QuestionText(text);
    for (const { id, similarity } of matches) {
      const entry = this.#indexed.get(id);
      if (!entry) continue;
      const cached = this.#parsed.get(id) ?? new QuestionText(entry.question.text);
      this.#parsed.set(id, cached);
      const verdict = judge(question, cached, similarity, { threshold });
      if (verdict.ok) return { entry, similarity };
      counts.refused(verdict.rule);
    }
    return undefined;
  }
}
