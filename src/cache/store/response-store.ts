import type {
  WriteBatch,
  Place as Cursor,
  ReadAnswer,
  StoreTasks,
} from "../../../workers/response-store/protocol.ts";
import { ServiceError } from "../../errors/service-error.ts";
import type { CacheEntry } from "../response-cache.ts";
import { type Selection, selects } from "../selection.ts";
import type { TextVector } from "../similar-questions.ts";
import { PendingWrites } from "./pending-writes.ts";
import type { DatabaseClient, FinalFault } from "../../../workers/database/client.ts";
import { entryOf, storedVector, type ReadEntry } from "./stored-rows.ts";

interface ResponseStoreOptions {
  /** The way to the thread that owns the database. */
  client: Pick<DatabaseClient<StoreTasks>, "ask" | "close" | "end" | "faultOf" | "isHeldByOther">;
  /** Removes the file and what is beside it, without the thread. */
  removeFile: () => Promise<void>;
  /** What was stored up to then is not kept any more. */
  expiredAt: () => number;
  /** How long `stop` may go on writing. */
  stopMs: number;
  /** Restores entries that were read back, in the order of their last use. @returns ids not kept. */
  onRead: (entries: ReadEntry[]) => number[];
  /** Called once, when no more of them come. */
  onReadAll: () => void;
  report: StoreReport;
  /** Bounds of what waits to be written; for tests. */
  pending?: ConstructorParameters<typeof PendingWrites>[0];
  now?: () => number;
}

/** What operators are told; it never quotes what is stored. */
export interface StoreReport {
  /** Answers are in memory only from now on. */
  failed: (fault: FinalFault, cause: unknown) => void;
  /** The disk is too slow: changes are discarded. Called once. */
  losing: () => void;
}

const MIB = 1_048_576;
const PENDING = { maxBytes: 16 * MIB, batchChanges: 500, batchBytes: MIB };
/** How long a change waits for others at most. */
const GATHER_MS = 1000;

/**
 * Keeps the response cache on disk, in the background: entries of the last start are restored while
 * requests are answered already, and changes are written in batches. When that fails, the cache
 * goes on in memory alone.
 */
export class ResponseStore {
  readonly #options: ResponseStoreOptions;
  readonly #now: () => number;
  readonly #pending: PendingWrites;
  readonly #client: ResponseStoreOptions["client"];
  /** Deleted while entries are read back: those must not be restored. */
  readonly #dropped: Selection[] = [];
  #phase: "new" | "reading" | "writing" | "failed" = "new";
  #fault: FinalFault | undefined;
  #restored = 0;
  #isLosing = false;
  #timer: NodeJS.Timeout | undefined;
  #reading: Promise<void> | undefined;
  #writing: Promise<void> | undefined;
  /** Changes in the batch that is being written. */
  #beingWritten = 0;
  #stopping: Promise<void> | undefined;
  #hasStopped = false;

  constructor(options: ResponseStoreOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#pending = new PendingWrites(options.pending ?? PENDING);
    this.#client = options.client;
  }

  /** Begins to read back what is stored, in the background. */
  start(): void {
    if (this.#phase !== "new") return;
    this.#phase = "reading";
    this.#reading = this.#readAll();
  }

  /** A new entry. */
  put(entry: CacheEntry): void {
    this.#change(() => this.#pending.put(entry));
  }

  /** The vector of an entry's question. */
  vector({ id }: CacheEntry, vector: TextVector): void {
    this.#change(() => this.#pending.vector(id, storedVector(vector)));
  }

  /** An entry was used. */
  use({ id }: CacheEntry): void {
    this.#change(() => this.#pending.use(id, this.#now()));
  }

  /** An entry was removed from the cache. */
  remove({ id }: CacheEntry): void {
    this.#change(() => this.#pending.remove(id));
  }

  /**
   * Deletes the selected entries: when it settles nothing of them is on disk, and none of them
   * comes back.
   * @throws ServiceError `internal_error` when that cannot be done.
   */
  async drop(selection: Selection): Promise<void> {
    this.#pending.drop(selection);
    if (this.#phase === "reading") this.#dropped.push(selection);
    if (this.#phase !== "failed") {
      try {
        await this.#client.ask("drop", selection);
        return;
      } catch (err) {
        this.#fail(err);
      }
    }
    await this.#removeFile();
  }

  /** Writes what waits, for at most `stopMs`, and closes the file; all callers await the same end. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  /** As `GET /api/v1/cache/stats` shows it. */
  stats() {
    return {
      state: this.#phase === "failed" ? "failed" : "on",
      ...(this.#fault === undefined ? {} : { reason: this.#fault }),
      reading: this.#phase === "reading",
      restored: this.#restored,
      pending: this.#pending.size + this.#beingWritten,
      lost: this.#pending.lost,
    };
  }

  async #readAll(): Promise<void> {
    try {
      let after: Cursor | undefined;
      do {
        const page = await this.#client.ask("read", { after });
        this.#restore(page.answers);
        after = page.next;
      } while (after && !this.#stopping);
      if (this.#phase === "reading") this.#phase = "writing";
    } catch (err) {
      this.#fail(err);
    } finally {
      this.#dropped.length = 0;
      this.#options.onReadAll();
    }
    this.#schedule();
  }

  #restore(answers: ReadAnswer[]): void {
    const entries: ReadEntry[] = [];
    for (const answer of answers) {
      if (this.#dropped.some((selection) => selects(selection, answer))) continue;
      const entry = entryOf(answer);
      if (entry) entries.push(entry);
      else this.#pending.remove(answer.id);
    }
    const notKept = this.#options.onRead(entries);
    this.#restored += entries.length - notKept.length;
    for (const id of notKept) this.#pending.remove(id);
  }

  #change(change: () => void): void {
    if (this.#phase === "failed" || this.#phase === "new" || this.#stopping) return;
    change();
    if (this.#pending.lost > 0 && !this.#isLosing) {
      this.#isLosing = true;
      this.#options.report.losing();
    }
    this.#schedule();
  }

  /** Writes what waits: a full batch at once, less after a moment. */
  #schedule(): void {
    if (this.#phase !== "writing" || this.#writing || this.#pending.size === 0) return;
    if (this.#stopping || this.#pending.isLarge) this.#write();
    else this.#timer ??= setTimeout(() => this.#write(), GATHER_MS);
  }

  #write(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#writing) return;
    const before = this.#pending.size;
    const changes = { ...this.#pending.take(), expiredAt: this.#options.expiredAt() };
    this.#beingWritten = before - this.#pending.size;
    this.#writing = this.#send(changes);
  }

  async #send(changes: WriteBatch): Promise<void> {
    try {
      await this.#client.ask("write", changes);
    } catch (err) {
      this.#fail(err);
    }
    this.#writing = undefined;
    this.#beingWritten = 0;
    this.#schedule();
  }

  async #stop(): Promise<void> {
    const { stopMs } = this.#options;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, stopMs);
    });
    await Promise.race([this.#writeAll(), late]);
    clearTimeout(timer);
    clearTimeout(this.#timer);
    this.#hasStopped = true;
    await this.#client.end();
  }

  /** Waits for what is under way, writes what waits, and closes the file. */
  async #writeAll(): Promise<void> {
    if (this.#phase === "new") return;
    // Reading stops after the page that is under way.
    await this.#reading;
    this.#schedule();
    while (this.#writing) await this.#writing;
    // A file that could not be closed is whole all the same.
    await this.#client.close().catch(() => {});
  }

  #fail(cause: unknown): void {
    if (this.#phase === "failed" || this.#hasStopped) return;
    this.#phase = "failed";
    this.#fault = this.#client.faultOf(cause);
    this.#pending.clear();
    clearTimeout(this.#timer);
    this.#options.report.failed(this.#fault, cause);
    this.#client.end().catch(() => {});
  }

  /** Deletes without the thread, which has failed. */
  async #removeFile(): Promise<void> {
    const message = "The answers are forgotten, but could not be removed from disk";
    if (this.#client.isHeldByOther) {
      throw new ServiceError("internal_error", `${message}: another process holds the file`);
    }
    try {
      await this.#options.removeFile();
    } catch (cause) {
      throw new ServiceError("internal_error", message, { cause });
    }
  }
}
