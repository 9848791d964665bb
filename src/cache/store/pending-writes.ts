import type {
  AnswerFilter,
  StoredVector,
  WriteBatch,
} from "../../../workers/response-store/protocol.ts";
import type { CacheEntry } from "../response-cache.ts";
import { storedAnswer } from "./stored-rows.ts";

interface PendingWritesOptions {
  /** What may wait; when more does, the oldest is given up. */
  maxBytes: number;
  /** A batch is no larger than this, save for a single change. */
  batchChanges: number;
  batchBytes: number;
}

/** What is to be written of an entry. */
interface Change {
  entry?: CacheEntry;
  vector?: StoredVector;
  usedAt?: number;
  isRemoved?: true;
}

/** What a change takes beside what it holds. */
const OVERHEAD_BYTES = 100;

/** Changes that wait to be written, together by entry, the oldest first. Bounded by bytes. */
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

  /** Changes that were given up. */
  get lost(): number {
    return this.#lost;
  }

  /** Whether there is enough for a batch. */
  get isLarge(): boolean {
    const { batchBytes, batchChanges } = this.#options;
    return this.#bytes >= batchBytes || this.#changes.size >= batchChanges;
  }

  put(entry: CacheEntry): void {
    this.#change(entry.id, { entry });
  }

  vector(id: number, vector: StoredVector): void {
    this.#change(id, { vector });
  }

  use(id: number, usedAt: number): void {
    this.#change(id, { usedAt });
  }

  remove(id: number): void {
    const change = this.#changes.get(id);
    if (change) this.#forget(id, change);
    // What was not written yet has nothing to be removed.
    if (!change?.entry) this.#change(id, { isRemoved: true });
  }

  /** Gives up what a drop sees to: all, or entries of a model, of a tenant. */
  drop({ model, tenant }: AnswerFilter): void {
    if (model === undefined && tenant === undefined) return this.clear();
    for (const [id, change] of this.#changes) {
      const question = change.entry?.question;
      if (!question) continue;
      if (model !== undefined && question.model !== model) continue;
      if (tenant !== undefined && question.tenant !== tenant) continue;
      this.#forget(id, change);
    }
  }

  /** Gives up everything. */
  clear(): void {
    this.#changes.clear();
    this.#bytes = 0;
  }

  /** The next batch, which does not wait any more. */
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
