import type { DatabaseTasks, Done, Refused } from "../database/protocol.ts";

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
export interface StoreTasks extends DatabaseTasks<{ expiredAt: number }> {
  /** A page of answers, the least recently used first. */
  read: { input: { after: Place | undefined }; output: Page | Refused };
  /** Writes a batch, all of it or nothing. */
  write: { input: WriteBatch; output: Done | Refused };
  /** Removes answers so that nothing of them is left in the file or beside it. */
  drop: { input: AnswerFilter; output: Done | Refused };
}
