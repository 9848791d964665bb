/**
 * Why the database cannot do what it was asked.
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

/** What cannot be done, told as data: errors lose their class on the way out of a thread. */
export interface Refused {
  ok: false;
  fault: StoreFault;
  /** SQLite's or the system's code for it. */
  code: string | undefined;
}

export interface Done {
  ok: true;
}

export interface Opened {
  ok: true;
  /** Another name that a file was given which could not be used; undefined when there was none. */
  setAside: string | undefined;
}

/** An answer as it is written. */
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
  /** 32-bit floats in the order of bytes of this machine. */
  bytes: Uint8Array;
}

/** An answer as it is read. */
export interface ReadAnswer extends StoredAnswer {
  vector: StoredVector | undefined;
}

/** Where a page of answers ended. */
export interface Place {
  usedAt: number;
  id: number;
}

export interface Page {
  ok: true;
  answers: ReadAnswer[];
  /** Where to read on; undefined: that was all. */
  next: Place | undefined;
}

/** What has changed since the last batch; each id in one of these at most once. */
export interface Changes {
  answers: StoredAnswer[];
  /** Those whose answer is not there are passed over. */
  vectors: { id: number; vector: StoredVector }[];
  /** When an answer was last asked for. */
  uses: { id: number; usedAt: number }[];
  /** Removed before the others are written. */
  removed: number[];
  /** What was stored up to then is removed too: its time is over. */
  expiredAt: number;
}

/** Which answers: all that are of this model, of this tenant. */
export interface Which {
  model?: string | undefined;
  tenant?: string | undefined;
}

/** The tasks of the thread that owns the database: name → what goes in and what comes out. */
export interface StoreTasks {
  /**
   * Opens the file, or makes it. One that is no database, is another program's, or of another
   * version is given another name, and a new one is made.
   */
  open: {
    /** @param isDamaged it is given another name whatever it looks like. */
    input: { file: string; isDamaged: boolean; expiredAt: number };
    output: Opened | Refused;
  };
  /** A page of answers, those first that were not asked for longest. */
  read: { input: { after: Place | undefined }; output: Page | Refused };
  /** Writes a batch, all of it or nothing. */
  write: { input: Changes; output: Done | Refused };
  /** Removes answers so that nothing of them is left in the file or beside it. */
  drop: { input: Which; output: Done | Refused };
  /** Moves everything into the one file, and lets go of it. */
  close: { input: undefined; output: Done | Refused };
}
