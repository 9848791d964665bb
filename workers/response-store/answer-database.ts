import type Libsql from "libsql";
import { ForeignFileError, LogInUseError } from "./fault.ts";
import type { AnswerFilter, Place, ReadAnswer, StoredAnswer, WriteBatch } from "./protocol.ts";

/** "SOrc" in the file's header: the response cache of this service. */
const APPLICATION = 0x53_4f_72_63;
/** Raised when the tables change, or the form of the JSON in them. */
const VERSION = 1;

/** How long another process may hold the file, as an old service does that is about to end. */
const BUSY_MS = 5000;

/** The largest page. The main thread needs a few milliseconds to read its JSON. */
const PAGE_ROWS = 200;
const PAGE_BYTES = 262_144;

/** Values that are updated often are in another table than large ones. */
const TABLES = `
  CREATE TABLE answers (
    id INTEGER PRIMARY KEY, tenant TEXT NOT NULL, model TEXT NOT NULL,
    stored_at INTEGER NOT NULL, took_ms REAL NOT NULL, json TEXT NOT NULL
  );
  CREATE INDEX answers_by_age ON answers (stored_at);
  CREATE TABLE uses (
    id INTEGER PRIMARY KEY REFERENCES answers ON DELETE CASCADE, used_at INTEGER NOT NULL
  );
  CREATE INDEX uses_by_time ON uses (used_at, id);
  CREATE TABLE vectors (
    id INTEGER PRIMARY KEY REFERENCES answers ON DELETE CASCADE,
    model TEXT NOT NULL, vector BLOB NOT NULL
  );
  PRAGMA application_id = ${APPLICATION};
  PRAGMA user_version = ${VERSION};
`;

interface Row {
  id: number;
  tenant: string;
  model: string;
  stored_at: number;
  took_ms: number;
  json: string;
  vector_model: string | null;
  vector: Buffer | null;
}

/** The answers in a database file. All methods throw SQLite's errors. */
export class AnswerDatabase {
  readonly #db: Libsql.Database;
  readonly #statements: ReturnType<typeof prepared>;

  /**
   * Opens an existing file.
   * @param expiredAt what was stored up to then is removed.
   * @throws ForeignFileError for another program's file, or of another version.
   */
  constructor(Database: typeof Libsql, file: string, expiredAt: number) {
    this.#db = new Database(file, { timeout: BUSY_MS });
    try {
      this.#db.pragma("journal_mode = WAL");
      this.#db.pragma("synchronous = NORMAL");
      this.#db.pragma("foreign_keys = ON");
      this.#db.pragma("secure_delete = ON");
      this.#check();
      this.#statements = prepared(this.#db);
      this.#statements.expire.run(expiredAt);
    } catch (err) {
      this.#db.close();
      throw err;
    }
  }

  /** A page of answers after a place, the least recently used first. */
  read(after: Place = { usedAt: Number.MIN_SAFE_INTEGER, id: 0 }): {
    answers: ReadAnswer[];
    next: Place | undefined;
  } {
    const { places, read } = this.#statements;
    const answers: ReadAnswer[] = [];
    let bytes = 0;
    // One row at a time: an iterator that is left before its end would keep its read transaction
    // open.
    for (const place of places.all(after.usedAt, after.id) as Place[]) {
      const row = read.get(place.id) as Row;
      answers.push(answerOf(row));
      bytes += row.json.length + (row.vector?.byteLength ?? 0);
      if (answers.length === PAGE_ROWS || bytes >= PAGE_BYTES) return { answers, next: place };
    }
    return { answers, next: undefined };
  }

  /** Writes a batch, all of it or nothing. */
  write({ answers, vectors, uses, removed, expiredAt }: WriteBatch): void {
    const { expire, remove, put, putUse, putVector, use } = this.#statements;
    this.#together(() => {
      expire.run(expiredAt);
      for (const id of removed) remove.run(id);
      for (const answer of answers) {
        const { id, tenant, model, storedAt, tookMs, json } = answer satisfies StoredAnswer;
        put.run(id, tenant, model, storedAt, tookMs, json);
        putUse.run(id, storedAt);
      }
      for (const { id, vector } of vectors) putVector.run(id, vector.model, vector.bytes, id);
      for (const { id, usedAt } of uses) use.run(usedAt, id);
    });
  }

  /** Removes answers so that nothing of them is left in the file or beside it. */
  drop({ model, tenant }: AnswerFilter): void {
    this.#statements.drop.run(model ?? null, tenant ?? null);
    // Moving rows between pages leaves copies in unused parts.
    this.#db.exec("VACUUM");
    this.#emptyLog();
  }

  /** Moves everything into the one file, and closes it. */
  close(): void {
    try {
      this.#emptyLog();
    } finally {
      this.#db.close();
    }
  }

  #check(): void {
    const [application, version] = ["application_id", "user_version"].map(
      (name) => (this.#db.pragma(name, { simple: true }) as Record<string, unknown>)[name],
    );
    if (application === APPLICATION && version === VERSION) return;
    const { count } = this.#db.prepare("SELECT count(*) AS count FROM sqlite_schema").get() as {
      count: number;
    };
    if (application !== 0 || version !== 0 || count > 0) throw new ForeignFileError();
    this.#together(() => this.#db.exec(TABLES));
  }

  #together(work: () => void): void {
    this.#db.exec("BEGIN IMMEDIATE");
    try {
      work();
      this.#db.exec("COMMIT");
    } catch (err) {
      // After some faults SQLite has ended the transaction itself.
      if (this.#db.inTransaction) this.#db.exec("ROLLBACK");
      throw err;
    }
  }

  #emptyLog(): void {
    const [result] = this.#db.pragma("wal_checkpoint(TRUNCATE)") as { busy: number }[];
    if (result?.busy !== 0) throw new LogInUseError();
  }
}

function prepared(db: Libsql.Database) {
  return {
    places: db.prepare(`
      SELECT used_at AS usedAt, id FROM uses WHERE (used_at, id) > (?, ?)
      ORDER BY used_at, id LIMIT ${PAGE_ROWS}
    `),
    read: db.prepare(`
      SELECT a.*, v.model AS vector_model, v.vector
      FROM answers a LEFT JOIN vectors v USING (id) WHERE a.id = ?
    `),
    put: db.prepare("INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?, ?)"),
    putUse: db.prepare("INSERT OR REPLACE INTO uses VALUES (?, ?)"),
    putVector: db.prepare(`
      INSERT OR REPLACE INTO vectors SELECT ?, ?, ?
      WHERE EXISTS (SELECT 1 FROM answers WHERE id = ?)
    `),
    use: db.prepare("UPDATE uses SET used_at = ? WHERE id = ?"),
    remove: db.prepare("DELETE FROM answers WHERE id = ?"),
    expire: db.prepare("DELETE FROM answers WHERE stored_at <= ?"),
    drop: db.prepare(
      "DELETE FROM answers WHERE model = coalesce(?1, model) AND tenant = coalesce(?2, tenant)",
    ),
  };
}

function answerOf(row: Row): ReadAnswer {
  const { id, tenant, model, stored_at: storedAt, took_ms: tookMs, json } = row;
  const vector =
    row.vector && row.vector_model !== null
      ? { model: row.vector_model, bytes: row.vector }
      : undefined;
  return { id, tenant, model, storedAt, tookMs, json, vector };
}
