import { ServiceError } from "../errors/service-error.ts";
import type { SimilarityThread } from "../similarity/similarity-thread.ts";
import type { CacheCounts } from "./cache-counts.ts";
import { FLOOR, isGuardable, judge } from "./guard/guard.ts";
import type { Question } from "./question.ts";
import type { CacheEntry } from "./response-cache.ts";

interface SimilarQuestionsOptions {
  /** The unit vector of a short text, from the embedding model of the cache. */
  vectorOf: (text: string, tenant: string, signal: AbortSignal) => Promise<Float32Array>;
  /** It holds the vectors of all spaces; this is their one owner. */
  thread: Pick<SimilarityThread, "add" | "remove" | "drop" | "search" | "load">;
  counts: CacheCounts;
  /** Similarity from which a question counts as similar whatever the guard knows of it. */
  threshold: number;
  /** A lookup that takes longer is given up. */
  limitMs?: number;
  onFault: (err: unknown) => void;
}

/** An entry of a space, with its vector. */
interface Indexed {
  entry: CacheEntry;
  vector: Float32Array;
}

/** A kept question that may be answered alike. */
export interface SimilarQuestion {
  entry: CacheEntry;
  similarity: number;
}

/** Nearest questions that the guard is asked about; the first it lets through is taken. */
const CANDIDATES = 8;

/**
 * Finds kept questions that mean the same in other words: near ones by their vectors, of which the
 * guard lets through those whose difference is none. The vectors are kept here, and searched on
 * a thread of their own, which is given them again when it was lost.
 */
export class SimilarQuestions {
  readonly #options: SimilarQuestionsOptions;
  readonly #spaces = new Map<string, Map<number, Indexed>>();

  constructor(options: SimilarQuestionsOptions) {
    this.#options = options;
  }

  /** Whether there is anything a question could be similar to. */
  canBeAsked({ space, text }: Question): boolean {
    return this.#spaces.has(space) && isGuardable(text);
  }

  /** The kept question to answer like; undefined when there is none, or it takes too long. */
  async find(question: Question): Promise<SimilarQuestion | undefined> {
    const { counts, limitMs = 300 } = this.#options;
    const stop = new AbortController();
    const late = new ServiceError("internal_error", `no vector within ${limitMs} ms`);
    const timer = setTimeout(() => stop.abort(late), limitMs);
    try {
      const vector = await this.#vectorOf(question, stop.signal);
      const matches = await this.#search(question.space, vector);
      stop.signal.throwIfAborted();
      return this.#judged(question, matches);
    } catch (err) {
      counts.notCompared(err === late ? "slow" : "failed");
      if (err !== late) this.#options.onFault(err);
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Takes up a new entry, in the background. */
  add(entry: CacheEntry): void {
    if (!isGuardable(entry.question.text)) return;
    void this.#add(entry).catch(this.#options.onFault);
  }

  /** Lets go of an entry. */
  remove({ id, question }: CacheEntry): void {
    const space = this.#spaces.get(question.space);
    if (!space?.delete(id)) return;
    const { thread, onFault } = this.#options;
    if (space.size > 0) void thread.remove(question.space, [id]).catch(onFault);
    else {
      this.#spaces.delete(question.space);
      void thread.drop(question.space).catch(onFault);
    }
  }

  async #add(entry: CacheEntry): Promise<void> {
    const { thread, limitMs = 300 } = this.#options;
    const { space } = entry.question;
    // Nobody waits for it: it may take longer than a lookup.
    const vector = await this.#vectorOf(entry.question, AbortSignal.timeout(limitMs * 10));
    const entries = this.#spaces.get(space) ?? new Map<number, Indexed>();
    this.#spaces.set(space, entries);
    entries.set(entry.id, { entry, vector });
    const added = await thread.add(space, entry.id, vector);
    if (!added.ok) await this.#load(space);
  }

  #vectorOf({ text, tenant }: Question, signal: AbortSignal): Promise<Float32Array> {
    return this.#options.vectorOf(text, tenant, signal);
  }

  async #search(space: string, vector: Float32Array) {
    const { thread, threshold } = this.#options;
    const wanted = { count: CANDIDATES, atLeast: Math.min(threshold, FLOOR) };
    const found = await thread.search(space, vector, wanted);
    if (found.ok) return found.matches;
    // The thread was lost, and a new one knows nothing.
    await this.#load(space);
    const again = await thread.search(space, vector, wanted);
    return again.ok ? again.matches : [];
  }

  async #load(space: string): Promise<void> {
    const entries = [...(this.#spaces.get(space) ?? [])];
    const length = entries[0]?.[1].vector.length ?? 0;
    const vectors = new Float32Array(entries.length * length);
    entries.forEach(([, { vector }], i) => vectors.set(vector, i * length));
    const ids = entries.map(([id]) => id);
    await this.#options.thread.load(space, ids, vectors);
  }

  #judged(
    { text, space }: Question,
    matches: { id: number; similarity: number }[],
  ): SimilarQuestion | undefined {
    const { counts, threshold } = this.#options;
    for (const { id, similarity } of matches) {
      const entry = this.#spaces.get(space)?.get(id)?.entry;
      if (!entry) continue;
      const verdict = judge(text, entry.question.text, similarity, { threshold });
      if (verdict.ok) return { entry, similarity };
      counts.refused(verdict.rule);
    }
    return undefined;
  }
}
