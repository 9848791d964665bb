import type Libsql from "libsql";
import { ForeignFileError, LogInUseError } from "./fault.ts";

/** How long another process may hold the file, as an old service does that is about to end. */
const BUSY_MS = 5000;

/** What a file holds. */
export interface Schema {
  /** In the file's header: which of this service's databases it is. */
  application: number;
  /**
   * The steps from an empty file to today's tables, as SQL. A file that has seen the first n of them
   * is of version n. A step that was released is never changed: what is to change becomes another.
   */
  migrations: readonly string[];
  /** How long another process may hold the file; milliseconds. For tests. */
  busyMs?: number;
}

/**
 * A database file of this service, in WAL mode: what was committed outlives the process, and a
 * reader beside it does not wait. What is deleted is overwritten. All methods throw SQLite's errors.
 */
export class Database {
  readonly sql: Libsql.Database;

  /**
   * Opens an existing file and brings it up to date, all of it or nothing.
   * @throws ForeignFileError for another program's file, or of a later version.
   */
  constructor(Driver: typeof Libsql, file: string, schema: Schema) {
    this.sql = new Driver(file, { timeout: schema.busyMs ?? BUSY_MS });
    try {
      this.sql.pragma("journal_mode = WAL");
      this.sql.pragma("synchronous = NORMAL");
      this.sql.pragma("foreign_keys = ON");
      this.sql.pragma("secure_delete = ON");
      this.#migrate(schema);
    } catch (err) {
      this.sql.close();
      throw err;
    }
  }

  /** Does some work in a transaction: all of it, or nothing where it throws. */
  together<T>(work: () => T): T {
    this.sql.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      this.sql.exec("COMMIT");
      return result;
    } catch (err) {
      // After some faults SQLite has ended the transaction itself.
      if (this.sql.inTransaction) this.sql.exec("ROLLBACK");
      throw err;
    }
  }

  /** A number that SQLite tells of the file. */
  figure(pragma: string): number {
    const row = this.sql.pragma(pragma, { simple: true }) as Record<string, number>;
    return row[pragma] ?? 0;
  }

  /** Moves what the log holds into the file, and leaves nothing in the log. */
  emptyLog(): void {
    const [result] = this.sql.pragma("wal_checkpoint(TRUNCATE)") as { busy: number }[];
    if (result?.busy !== 0) throw new LogInUseError();
  }

  /** As `emptyLog`; where somebody reads the file just now, a later change empties it. */
  tryToEmptyLog(): void {
    try {
      this.emptyLog();
    } catch (err) {
      if (!(err instanceof LogInUseError)) throw err;
    }
  }

  /** Moves everything into the one file, and closes it. */
  close(): void {
    try {
      this.emptyLog();
    } finally {
      this.sql.close();
    }
  }

  #migrate({ application, migrations }: Schema): void {
    const version = this.figure("user_version");
    if (this.figure("application_id") !== application) {
      const { count } = this.sql.prepare("SELECT count(*) AS count FROM sqlite_schema").get() as {
        count: number;
      };
      const isEmpty = this.figure("application_id") === 0 && version === 0 && count === 0;
      if (!isEmpty) throw new ForeignFileError("damaged");
    }
    if (version > migrations.length) throw new ForeignFileError("newer");
    if (version === migrations.length) return;
    this.together(() => {
      // Another process may have done it meanwhile.
      const from = this.figure("user_version");
      for (const step of migrations.slice(from)) this.sql.exec(step);
      this.sql.exec(`PRAGMA application_id = ${application}`);
      this.sql.exec(`PRAGMA user_version = ${migrations.length}`);
    });
  }
}
