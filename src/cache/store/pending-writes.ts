import type { WriteBatch, StoredVector } from "../../../workers/response-store/protocol.ts";
import type { CacheEntry } from "../response-cache.ts";
import { type Selection, selects } from "../selection.ts";
import { storedAnswer } from "./stored-rows.ts";

interface PendingWritesOptions {
  /** Bound of what waits; above it the oldest change is discarded. */
  maxBytes: number;
  /** A batch is no larger than this, save for a single change. */
  batchChanges: number;
  batchBytes: number;
}

/** What waits to be written of an entry. */
interface Change {
  entry?: CacheEntry;
  vector?: StoredVector;
  usedAt?: number;
  isRemoved?: true;
}

/** Memory of a change beside its entry and vector. */
const OVERHEAD_BYTES = 100;

/** WriteBatch that wait to be written, merged by entry, the oldest first. Bounded by bytes. */
export class PendingWrites {
  readonly #options: PendingWritesOptions;
  readonly #changes = new Map<number, Change>();
  #bytes = 0;
  #lost = 0;

  constructor(options: PendingWritesOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#changes.size;
  }

  /** WriteBatch that were discarded because too much waited. */
  get lost(): number {
    return this.#lost;
  }

  /** Whether there is a full batch. */
  get isLarge(): boolean {
    const { batchBytes, batchChanges } = this.#options;
    return this.#bytes >= batchBytes || this.#changes.size >= batchChanges;
  }

  /** A new entry. */
  put(entry: CacheEntry): void {
    this.#change(entry.id, { entry });
  }

  /** The vector of an entry's question. */
  vector(id: number, vector: StoredVector): void {
    this.#change(id, { vector });
  }

  /** An entry was used; milliseconds since 1970. */
  use(id: number, usedAt: number): void {
    this.#change(id, { usedAt });
  }

  /** An entry was removed. */
  remove(id: number): void {
    const change = this.#changes.get(id);
    if (change) this.#forget(id, change);
    // Nothing of an entry that was not written yet is on disk.
    if (!change?.entry) this.#change(id, { isRemoved: true });
  }

  /** Discards the selected entries that wait to be written. */
  drop(selection: Selection): void {
    if (selection.model === undefined && selection.tenant === undefined) return this.clear();
    for (const [id, change] of this.#changes) {
      const question = change.entry?.question;
      if (question && selects(selection, question)) this.#forget(id, change);
    }
  }

  /** Discards everything. */
  clear(): void {
    this.#changes.clear();
    this.#bytes = 0;
  }

  /** Takes out the next batch. */
  take(): Omit<WriteBatch, "expiredAt"> {
    const batch: Omit<WriteBatch, "expiredAt"> = {
      answers: [],
      vectors: [],
      uses: [],
      removed: [],
    };
    const { batchBytes, batchChanges } = this.#options;
    let [changes, bytes] = [0, 0];
    for (const [id, change] of this.#changes) {
      changes += 1;
      bytes += bytesOf(change);
      if (changes > 1 && (changes > batchChanges || bytes > batchBytes)) break;
      this.#forget(id, change);
      if (change.isRemoved) batch.removed.push(id);
      if (change.entry) batch.answers.push(storedAnswer(change.entry));
      if (change.vector) batch.vectors.push({ id, vector: change.vector });
      if (change.usedAt !== undefined) batch.uses.push({ id, usedAt: change.usedAt });
    }
    return batch;
  }

  #change(id: number, more: Change): void {
    const before = this.#changes.get(id);
    if (before?.isRemoved) return;
    const change = { ...before, ...more };
    this.#changes.set(id, change);
    this.#bytes += bytesOf(change) - (before ? bytesOf(before) : 0);
    for (const [oldest, old] of this.#changes) {
      if (this.#bytes <= this.#options.maxBytes) break;
      this.#forget(oldest, old);
      this.#lost += 1;
    }
  }

  #forget(id: number, change: Change): void {
    this.#changes.delete(id);
    this.#bytes -= bytesOf(change);
  }
}

function bytesOf({ entry, vector }: Change): number {
  return OVERHEAD_BYTES + (entry?.bytes ?? 0) + (vector?.bytes.byteLength ?? 0);
}
