import type { OllamaAnswer } from "../inference/runner.ts";
import type { Question } from "./question.ts";

interface ResponseCacheOptions {
  maxEntries: number;
  maxBytes: number;
  ttlMs: number;
  /** The form of a text under which it is found again. */
  normalise: (text: string) => string;
  /** Told of each entry that is let go, for whatever reason. */
  onRemove?: (entry: CacheEntry) => void;
  now?: () => number;
}

/** An answer that is kept. */
export interface CacheEntry {
  /** Its number; never given to another one. */
  readonly id: number;
  readonly question: Question;
  readonly answer: OllamaAnswer;
  /** What the answer took when it was made, in milliseconds. */
  readonly tookMs: number;
  readonly storedAt: number;
  /** Estimate of the memory it takes. */
  readonly bytes: number;
}

/** An entry that was found, and its age in milliseconds. */
export interface KeptAnswer {
  entry: CacheEntry;
  ageMs: number;
}

/** What an entry takes beside its texts: objects, keys, places in maps. */
const OVERHEAD_BYTES = 400;

/**
 * Answers by question, exact ones: the same space, and the same text but for case, white space
 * and end punctuation. Bounded by number and by bytes; what was not asked for longest goes first.
 */
export class ResponseCache {
  readonly #options: ResponseCacheOptions;
  readonly #now: () => number;
  /** In the order of last use. */
  readonly #entries = new Map<string, CacheEntry>();
  #bytes = 0;
  #lastId = 0;

  constructor(options: ResponseCacheOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  get size(): number {
    return this.#entries.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The answer kept for a question, and its age in milliseconds. */
  find(question: Question): KeptAnswer | undefined {
    const key = this.#keyOf(question);
    const entry = this.#entries.get(key);
    if (!entry) return undefined;
    const ageMs = this.#now() - entry.storedAt;
    if (ageMs >= this.#options.ttlMs) {
      this.#remove(key, entry);
      return undefined;
    }
    // To the end: a Map keeps the order of insertion.
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    return { entry, ageMs };
  }

  /**
   * Keeps an answer, in place of an older one to the same question.
   * @returns its entry; undefined when it is too large to be kept.
   */
  store(question: Question, answer: OllamaAnswer, tookMs: number): CacheEntry | undefined {
    const key = this.#keyOf(question);
    const bytes =
      OVERHEAD_BYTES + Buffer.byteLength(key) + Buffer.byteLength(JSON.stringify(answer));
    const { maxBytes, maxEntries } = this.#options;
    const old = this.#entries.get(key);
    if (old) this.#remove(key, old);
    if (bytes > maxBytes) return undefined;
    this.#lastId += 1;
    const entry = { id: this.#lastId, question, answer, tookMs, storedAt: this.#now(), bytes };
    this.#entries.set(key, entry);
    this.#bytes += bytes;
    for (const [oldest, old] of this.#entries) {
      if (this.#entries.size <= maxEntries && this.#bytes <= maxBytes) break;
      this.#remove(oldest, old);
    }
    return entry;
  }

  /** Forgets answers: all, or those of a model (canonical name), of a tenant. @returns how many. */
  drop({ model, tenant }: { model?: string | undefined; tenant?: string | undefined }): number {
    const before = this.#entries.size;
    for (const [key, entry] of this.#entries) {
      const { question } = entry;
      if (model !== undefined && question.model !== model) continue;
      if (tenant !== undefined && question.tenant !== tenant) continue;
      this.#remove(key, entry);
    }
    return before - this.#entries.size;
  }

  #keyOf({ space, text }: Question): string {
    return `${space} ${this.#options.normalise(text)}`;
  }

  #remove(key: string, entry: CacheEntry): void {
    this.#entries.delete(key);
    this.#bytes -= entry.bytes;
    this.#options.onRemove?.(entry);
  }
}
