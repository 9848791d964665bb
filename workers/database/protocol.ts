/**
 * Why a database cannot do a task.
 * - `unavailable`: there is no libsql for this machine.
 * - `locked`: another process holds it.
 * - `full`, `read_only`: the disk, or the file.
 * - `damaged`: what the file holds is no database any more, or not one of this service.
 * - `not_open`: the thread is a new one, in place of one that has ended.
 * - `failed`: anything else.
 */
export type DatabaseFault =
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
  fault: DatabaseFault;
  /** SQLite's or the system's error code. */
  code: string | undefined;
}

export interface Done {
  ok: true;
}

/** A file that could not be used, and was renamed. */
export interface SetAside {
  /** Its new name. */
  name: string;
  /** `newer`: a later version of the service has written it. */
  reason: "damaged" | "newer";
}

export interface Opened {
  ok: true;
  setAside: SetAside | undefined;
}

/** What every open names. */
export interface OpenInput {
  file: string;
  /** The file is renamed without a check. */
  isDamaged: boolean;
}

/** The tasks that every thread with a database has, beside its own. */
export interface DatabaseTasks<More extends object = object> {
  /**
   * Opens the file, or creates it. A file that is no database, or of another program or a later
   * version, is renamed, and a new one is created.
   */
  open: { input: OpenInput & More; output: Opened | Refused };
  /** Moves everything into the one file, and closes it. */
  close: { input: undefined; output: Done | Refused };
}
