/**
 * Why the database cannot do a task.
 * - `unavailable`: there is no libsql for this machine.
 * - `locked`: another process holds it.
 * - `full`, `read_only`: the disk, or the file.
 * - `damaged`: what the file holds is no database any more.
 * - `not_open`: the thread is a new one, in place of one that has ended.
 * - `failed`: anything else.
 */
export type StoreFault =
  | "unavailable"
  | "locked"
  | "full"
  | "read_only"
  | "damaged"
  | "not_open"
  | "failed";

/** A failure as data: errors lose their class on the way out of a thread. */
export interface Refused {
  ok: false;
  fault: StoreFault;
  /** SQLite's or the system's error code. */
  code: string | undefined;
}

export interface Done {
  ok: true;
}

export interface Opened {
  ok: true;
  /** The new name of an unusable file; undefined when there was none. */
  setAside: string | undefined;
}

/** An answer that is written. */
export interface StoredAnswer {
  /** A whole number up to Number.MAX_SAFE_INTEGER. */
  id: number;
  tenant: string;
  model: string;
  /** Milliseconds since 1970. */
  storedAt: number;
  tookMs: number;
  /** Question and answer as JSON: SQLite would cut a text at its first NUL. */
  json: string;
}

/** The vector of a question. */
export interface StoredVector {
  /** The digest of the model that it was made with. */
  model: string;
  /** 32-bit floats in this machine's byte order. */
  bytes: Uint8Array;
}

/** An answer that is read. */
export interface ReadAnswer extends StoredAnswer {
  vector: StoredVector | undefined;
}

/** The position where a page of answers ended. */
export interface Place {
  usedAt: number;
  id: number;
}

export interface Page {
  ok: true;
  answers: ReadAnswer[];
  /** The place after which the next page begins; undefined after the last page. */
  next: Place | undefined;
}

/** Changes that are written together; each id is in each of these lists at most once. */
export interface WriteBatch {
  answers: StoredAnswer[];
  /** A vector without an answer is ignored. */
  vectors: { id: number; vector: StoredVector }[];
  /** When each answer was last used. */
  uses: { id: number; usedAt: number }[];
  /** Answers that are removed before the others are written. */
  removed: number[];
  /** Answers stored up to this time are removed too: they have expired. */
  expiredAt: number;
}

/** A filter of answers: those of a model, of a tenant, or both. */
export interface AnswerFilter {
  model?: string | undefined;
  tenant?: string | undefined;
}

/** The tasks of the thread that owns the database: name → what goes in and what comes out. */
export interface StoreTasks {
  /**
   * Opens the file, or creates it. A file that is no database, or of another program or version, is
   * renamed, and a new one is created.
   */
  open: {
    /** @param isDamaged the file is renamed without a check. */
    input: { file: string; isDamaged: boolean; expiredAt: number };
    output: Opened | Refused;
  };
  /** A page of answers, the least recently used first. */
  read: { input: { after: Place | undefined }; output: Page | Refused };
  /** Writes a batch, all of it or nothing. */
  write: { input: WriteBatch; output: Done | Refused };
  /** Removes answers so that nothing of them is left in the file or beside it. */
  drop: { input: AnswerFilter; output: Done | Refused };
  /** Moves everything into the one file, and closes it. */
  close: { input: undefined; output: Done | Refused };
}
