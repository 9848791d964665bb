import type { Question } from "./question.ts";
import { type Selection, selects } from "./selection.ts";

interface ResponseCacheOptions {
  maxEntries: number;
  /** For texts and vectors together. */
  maxBytes: number;
  ttlMs: number;
  /** The form of a text that makes its key. */
  normalise: (text: string) => string;
  /** Called with each entry that is kept, save those that are restored. */
  onStore?: (entry: CacheEntry) => void;
  /** Called each time an entry is found. */
  onUse?: (entry: CacheEntry) => void;
  /** Called with each entry that is removed, for whatever reason. */
  onRemove?: (entry: CacheEntry) => void;
  now?: () => number;
}

/** An entry as it outlives the process. */
export interface SavedEntry {
  /** Never given to another entry, not even by a later start. */
  readonly id: number;
  readonly question: Question;
  /** A JSON value, in the shape of the route that stored it. */
  readonly answer: Record<string, unknown>;
  /** Milliseconds that the run took which made the answer. */
  readonly tookMs: number;
  /** Milliseconds since 1970. */
  readonly storedAt: number;
}

/** An answer in the cache. */
export interface CacheEntry extends SavedEntry {
  /** Estimate of the memory it takes, without the vector. */
  readonly bytes: number;
}

/** An entry that was found, and its age in milliseconds. */
export interface CacheHit {
  entry: CacheEntry;
  ageMs: number;
}

interface KeptEntry extends CacheEntry {
  readonly key: string;
  /** Memory of the vector that belongs to the entry. */
  vectorBytes: number;
}

/** What an entry takes beside its texts: objects, keys, places in maps. */
const OVERHEAD_BYTES = 400;

/** Ids begin with the time of the start: no two starts give the same ones. */
const IDS_A_MS = 1000;

/**
 * Answers by question: one is found by the same space, and the same text but for case, white space
 * and end punctuation. Bounded by number and by bytes; the least recently used entry goes first.
 */
export class ResponseCache {
  readonly #options: ResponseCacheOptions;
  readonly #now: () => number;
  /** In the order of last use: a Map keeps the order of insertion. */
  readonly #entries = new Map<string, KeptEntry>();
  #bytes = 0;
  #drops = 0;
  #lastId: number;
  /** While entries of an earlier start are restored: keys used since, which stay before those. */
  #usedSince: Set<string> | undefined;

  constructor(options: ResponseCacheOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#lastId = this.#now() * IDS_A_MS;
  }

  get size(): number {
    return this.#entries.size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** How often `drop` was called. */
  get drops(): number {
    return this.#drops;
  }

  /** The answer kept for a question, and its age in milliseconds. */
  find(question: Question): CacheHit | undefined {
    const entry = this.#entries.get(this.#keyOf(question));
    return entry && this.#use(entry);
  }

  /** An entry that was found another way: as `find`, if it is still kept. */
  use(entry: CacheEntry): CacheHit | undefined {
    const kept = this.#keptOf(entry);
    return kept && this.#use(kept);
  }

  /**
   * Keeps an answer, in place of an older one to the same question.
   * @param tookMs milliseconds that the run took which made it.
   * @returns its entry; undefined when it is too large to be kept.
   */
  store(
    question: Question,
    answer: Record<string, unknown>,
    tookMs: number,
  ): CacheEntry | undefined {
    this.#lastId += 1;
    const saved = { id: this.#lastId, question, answer, tookMs, storedAt: this.#now() };
    const entry = this.#put(this.#keyOf(question), saved);
    if (!entry) return undefined;
    this.#usedSince?.add(entry.key);
    this.#evict();
    this.#options.onStore?.(entry);
    return entry;
  }

  /** From now until `endRestore` entries of an earlier start come back. */
  beginRestore(): void {
    this.#usedSince = new Set(this.#entries.keys());
  }

  /**
   * Restores entries of an earlier start, given in the order of their last use. One is left out
   * when it has expired, when it is from the future, or when its question has a newer answer.
   * @returns those that are kept.
   */
  restore(saved: SavedEntry[]): CacheEntry[] {
    const restored = saved.flatMap((one) => this.#restore(one) ?? []);
    for (const key of this.#usedSince ?? []) {
      const entry = this.#entries.get(key);
      if (entry) this.#markUsed(entry);
    }
    this.#evict();
    return restored.filter((entry) => this.#entries.get(entry.key) === entry);
  }

  /** All entries of an earlier start are there. */
  endRestore(): void {
    this.#usedSince = undefined;
  }

  /** Counts the memory of an entry's vector, in place of what was counted for it before. */
  setVectorBytes(entry: CacheEntry, bytes: number): void {
    const kept = this.#keptOf(entry);
    if (!kept) return;
    this.#bytes += bytes - kept.vectorBytes;
    kept.vectorBytes = bytes;
    this.#evict();
  }

  /** Removes the selected answers. @returns how many. */
  drop(selection: Selection): number {
    const before = this.#entries.size;
    this.#drops += 1;
    for (const entry of this.#entries.values()) {
      if (selects(selection, entry.question)) this.#remove(entry);
    }
    return before - this.#entries.size;
  }

  #use(entry: KeptEntry): CacheHit | undefined {
    if (this.#isExpired(entry)) {
      this.#remove(entry);
      return undefined;
    }
    this.#markUsed(entry);
    this.#usedSince?.add(entry.key);
    this.#options.onUse?.(entry);
    // A clock that was set back makes no answer younger than new.
    return { entry, ageMs: Math.max(0, this.#now() - entry.storedAt) };
  }

  #restore(saved: SavedEntry): KeptEntry | undefined {
    const key = this.#keyOf(saved.question);
    const there = this.#entries.get(key);
    const isStale = there !== undefined && there.storedAt >= saved.storedAt;
    if (isStale || this.#isExpired(saved) || saved.storedAt > this.#now()) return undefined;
    // Only after a clock was set back.
    this.#lastId = Math.max(this.#lastId, saved.id);
    return this.#put(key, saved);
  }

  #put(key: string, saved: SavedEntry): KeptEntry | undefined {
    const old = this.#entries.get(key);
    if (old) this.#remove(old);
    const bytes = bytesOf(key, saved);
    if (bytes > this.#options.maxBytes) return undefined;
    const entry = { ...saved, key, bytes, vectorBytes: 0 };
    this.#entries.set(key, entry);
    this.#bytes += bytes;
    return entry;
  }

  #isExpired({ storedAt }: SavedEntry): boolean {
    return this.#now() - storedAt >= this.#options.ttlMs;
  }

  #keptOf(entry: CacheEntry): KeptEntry | undefined {
    const kept = this.#entries.get(this.#keyOf(entry.question));
    return kept === entry ? kept : undefined;
  }

  #keyOf({ space, text }: Question): string {
    return `${space} ${this.#options.normalise(text)}`;
  }

  #markUsed(entry: KeptEntry): void {
    this.#entries.delete(entry.key);
    this.#entries.set(entry.key, entry);
  }

  #evict(): void {
    const { maxBytes, maxEntries } = this.#options;
    for (const oldest of this.#entries.values()) {
      if (this.#entries.size <= maxEntries && this.#bytes <= maxBytes) break;
      this.#remove(oldest);
    }
  }

  #remove(entry: KeptEntry): void {
    this.#entries.delete(entry.key);
    this.#bytes -= entry.bytes + entry.vectorBytes;
    this.#options.onRemove?.(entry);
  }
}

/** The text counts as it was written too: its key may be much shorter. */
function bytesOf(key: string, { question, answer }: SavedEntry): number {
  const texts = [key, question.text, JSON.stringify(answer)];
  return texts.reduce((sum, one) => sum + Buffer.byteLength(one), OVERHEAD_BYTES);
}
