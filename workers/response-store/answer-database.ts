import type Libsql from "libsql";
import { Database, type Schema } from "../database/database.ts";
import type { AnswerFilter, Place, ReadAnswer, StoredAnswer, WriteBatch } from "./protocol.ts";

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
`;

const SCHEMA: Schema = {
  /** "SOrc": the response cache of this service. */
  application: 0x53_4f_72_63,
  migrations: [TABLES],
};

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
  readonly #db: Database;
  readonly #statements: ReturnType<typeof prepared>;

  /**
   * Opens an existing file.
   * @param expiredAt what was stored up to then is removed.
   * @throws ForeignFileError for another program's file, or of a later version.
   */
  constructor(Driver: typeof Libsql, file: string, expiredAt: number) {
    this.#db = new Database(Driver, file, SCHEMA);
    try {
      this.#statements = prepared(this.#db.sql);
      this.#statements.expire.run(expiredAt);
    } catch (err) {
      this.#db.sql.close();
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
    this.#db.together(() => {
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
    this.#db.sql.exec("VACUUM");
    this.#db.emptyLog();
  }

  /** Moves everything into the one file, and closes it. */
  close(): void {
    this.#db.close();
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
