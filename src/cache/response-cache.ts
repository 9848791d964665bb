import type { Question } from "./question.ts";

interface ResponseCacheOptions {
  maxEntries: number;
  /** For texts and vectors together. */
  maxBytes: number;
  ttlMs: number;
  /** The form of a text under which it is found again. */
  normalise: (text: string) => string;
  /** Told of each entry that is kept, save those that are restored. */
  onStore?: (entry: CacheEntry) => void;
  /** Told of each time that an entry is found. */
  onUse?: (entry: CacheEntry) => void;
  /** Told of each entry that is let go, for whatever reason. */
  onRemove?: (entry: CacheEntry) => void;
  now?: () => number;
}

/** What outlives the process of an entry. */
export interface SavedEntry {
  /** Its number; never given to another one, not even by a later start. */
  readonly id: number;
  readonly question: Question;
  /** A JSON value; of which shape is known to who has asked. */
  readonly answer: Record<string, unknown>;
  /** What the answer took when it was made, in milliseconds. */
  readonly tookMs: number;
  /** Milliseconds since 1970. */
  readonly storedAt: number;
}

/** An answer that is kept. */
export interface CacheEntry extends SavedEntry {
  /** Estimate of the memory it takes, without its vector. */
  readonly bytes: number;
}

/** An entry that was found, and its age in milliseconds. */
export interface FoundEntry {
  entry: CacheEntry;
  ageMs: number;
}

/** What an entry takes beside its texts: objects, keys, places in maps. */
const OVERHEAD_BYTES = 400;

/** Numbers of entries begin with the time of the start: no two starts give the same ones. */
const IDS_A_MS = 1000;

/**
 * Answers by question, exact ones: the same space, and the same text but for case, white space
 * and end punctuation. Bounded by number and by bytes; what was not asked for longest goes first.
 */
export class ResponseCache {
  readonly #options: ResponseCacheOptions;
  readonly #now: () => number;
  /** In the order of last use. */
  readonly #entries = new Map<string, CacheEntry>();
  /** Bytes beside the texts, by the entry's number. */
  readonly #added = new Map<number, number>();
  #bytes = 0;
  #drops = 0;
  #lastId: number;
  /** Keys in use while entries of an earlier start come back, which were used before them. */
  #fresh: Set<string> | undefined;

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

  /** How often answers were dropped. */
  get drops(): number {
    return this.#drops;
  }

  /** The answer kept for a question, and its age in milliseconds. */
  find(question: Question): FoundEntry | undefined {
    const key = this.#keyOf(question);
    const entry = this.#entries.get(key);
    return entry && this.#use(key, entry);
  }

  /** An entry that was found another way: as `find`, if it is still kept. */
  use(entry: CacheEntry): FoundEntry | undefined {
    return this.#isKept(entry) ? this.#use(this.#keyOf(entry.question), entry) : undefined;
  }

  /**
   * Keeps an answer, in place of an older one to the same question.
   * @returns its entry; undefined when it is too large to be kept.
   */
  store(
    question: Question,
    answer: Record<string, unknown>,
    tookMs: number,
  ): CacheEntry | undefined {
    const key = this.#keyOf(question);
    const bytes = bytesOf(key, question, answer);
    const old = this.#entries.get(key);
    if (old) this.#remove(key, old);
    if (bytes > this.#options.maxBytes) return undefined;
    this.#lastId += 1;
    const entry = { id: this.#lastId, question, answer, tookMs, storedAt: this.#now(), bytes };
    this.#entries.set(key, entry);
    this.#bytes += bytes;
    this.#fresh?.add(key);
    this.#evict();
    this.#options.onStore?.(entry);
    return entry;
  }

  /** From now until `endRestore` entries of an earlier start come back. */
  beginRestore(): void {
    this.#fresh = new Set(this.#entries.keys());
  }

  /**
   * Takes back entries of an earlier start, in the order of their last use. One is left out when
   * its time is over, when it is from the future, or when its question has a newer answer.
   * @returns those that are kept.
   */
  restore(saved: SavedEntry[]): CacheEntry[] {
    const back = saved.flatMap((one) => this.#takeBack(one) ?? []);
    for (const key of this.#fresh ?? []) {
      const entry = this.#entries.get(key);
      if (entry) this.#toEnd(key, entry);
    }
    this.#evict();
    return back.filter((entry) => this.#isKept(entry));
  }

  endRestore(): void {
    this.#fresh = undefined;
  }

  /** Counts memory that belongs to an entry beside its texts, in place of what was counted so. */
  weigh(entry: CacheEntry, bytes: number): void {
    if (!this.#isKept(entry)) return;
    this.#bytes += bytes - (this.#added.get(entry.id) ?? 0);
    this.#added.set(entry.id, bytes);
    this.#evict();
  }

  /** Forgets answers: all, or those of a model (canonical name), of a tenant. @returns how many. */
  drop({ model, tenant }: { model?: string | undefined; tenant?: string | undefined }): number {
    const before = this.#entries.size;
    this.#drops += 1;
    for (const [key, entry] of this.#entries) {
      const { question } = entry;
      if (model !== undefined && question.model !== model) continue;
      if (tenant !== undefined && question.tenant !== tenant) continue;
      this.#remove(key, entry);
    }
    return before - this.#entries.size;
  }

  #use(key: string, entry: CacheEntry): FoundEntry | undefined {
    if (this.#isOver(entry)) {
      this.#remove(key, entry);
      return undefined;
    }
    this.#toEnd(key, entry);
    this.#fresh?.add(key);
    this.#options.onUse?.(entry);
    // A clock that was set back makes no answer younger than new.
    return { entry, ageMs: Math.max(0, this.#now() - entry.storedAt) };
  }

  #takeBack(saved: SavedEntry): CacheEntry | undefined {
    const key = this.#keyOf(saved.question);
    const there = this.#entries.get(key);
    const isStale = there !== undefined && there.storedAt >= saved.storedAt;
    const bytes = bytesOf(key, saved.question, saved.answer);
    if (isStale || this.#isOver(saved) || saved.storedAt > this.#now()) return undefined;
    if (bytes > this.#options.maxBytes) return undefined;
    if (there) this.#remove(key, there);
    const { id, question, answer, tookMs, storedAt } = saved;
    const entry = { id, question, answer, tookMs, storedAt, bytes };
    // Only after a clock was set back.
    this.#lastId = Math.max(this.#lastId, id);
    this.#entries.set(key, entry);
    this.#bytes += bytes;
    return entry;
  }

  #isOver({ storedAt }: SavedEntry): boolean {
    return this.#now() - storedAt >= this.#options.ttlMs;
  }

  #isKept(entry: CacheEntry): boolean {
    return this.#entries.get(this.#keyOf(entry.question)) === entry;
  }

  #keyOf({ space, text }: Question): string {
    return `${space} ${this.#options.normalise(text)}`;
  }

  /** A Map keeps the order of insertion. */
  #toEnd(key: string, entry: CacheEntry): void {
    this.#entries.delete(key);
    this.#entries.set(key, entry);
  }

  #evict(): void {
    const { maxBytes, maxEntries } = this.#options;
    for (const [oldest, old] of this.#entries) {
      if (this.#entries.size <= maxEntries && this.#bytes <= maxBytes) break;
      this.#remove(oldest, old);
    }
  }

  #remove(key: string, entry: CacheEntry): void {
    this.#entries.delete(key);
    this.#bytes -= entry.bytes + (this.#added.get(entry.id) ?? 0);
    this.#added.delete(entry.id);
    this.#options.onRemove?.(entry);
  }
}

/** The text counts as it was written too: its key may be much shorter. */
function bytesOf(key: string, { text }: Question, answer: Record<string, unknown>): number {
  const texts = [key, text, JSON.stringify(answer)];
  return texts.reduce((sum, one) => sum + Buffer.byteLength(one), OVERHEAD_BYTES);
}
