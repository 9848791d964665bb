import type Libsql from "libsql";
import { COLUMNS } from "./columns.ts";
import { KEYS } from "./sums.ts";

/** Names in memory; with more it begins anew. */
const MAX_KEPT = 10_000;

/**
 * A table of names. Each has the last day on which it was used, so that it goes when nothing that
 * is kept can name it any more.
 */
export class Names {
  readonly #statements: ReturnType<typeof prepared>;
  readonly #ids = new Map<string, number>();
  /** The day of the names in memory: on another one each is noted as used again. */
  #day = Number.NaN;

  constructor(db: Libsql.Database, table: "names" | "clients") {
    this.#statements = prepared(db, table);
  }

  /** The number of a name, which is added if it is new. @param day since 1970. */
  idOf(name: string, day: number): number {
    if (day !== this.#day || this.#ids.size >= MAX_KEPT) this.clear();
    this.#day = day;
    const known = this.#ids.get(name);
    if (known !== undefined) return known;
    // Not by `get` with RETURNING: after a failure, such as a full disk, libsql's next `get` does what
    // had failed again, and not what it was given.
    this.#statements.add.run(name, day);
    const { id } = this.#statements.find.get(name) as { id: number };
    this.#ids.set(name, id);
    return id;
  }

  /** The number of a name; undefined where nothing has it. */
  find(name: string): number | undefined {
    return (this.#statements.find.get(name) as { id: number } | undefined)?.id;
  }

  /** All names, by their numbers. */
  all(): Map<number, string> {
    const rows = this.#statements.all.all() as { id: number; name: string }[];
    return new Map(rows.map(({ id, name }) => [id, name]));
  }

  /** Removes the names that were last used before a day. */
  expire(day: number): void {
    this.#statements.expire.run(day);
    this.clear();
  }

  /** Removes a name that nothing has any more: a model may be called as a project was. */
  remove(name: string): void {
    this.#statements.remove.run(name);
    this.clear();
  }

  /** Forgets what is in memory: after a transaction that was undone, for instance. */
  clear(): void {
    this.#ids.clear();
  }
}

const IN_SUMS = Object.keys(KEYS);

/** The columns in which names stand, table by table. */
const USES = {
  names: { requests: columnsOf("name"), hours: IN_SUMS, days: IN_SUMS },
  clients: { requests: columnsOf("client") },
};

function columnsOf(form: "name" | "client"): string[] {
  return COLUMNS.filter((column) => column.form === form).map(({ column }) => column);
}

function prepared(db: Libsql.Database, table: keyof typeof USES) {
  const isUnused = Object.entries(USES[table]).map(
    ([user, columns]) =>
      `NOT EXISTS (SELECT 1 FROM ${user} WHERE ${table}.id IN (${columns.join()}))`,
  );
  return {
    add: db.prepare(`
      INSERT INTO ${table} (name, used) VALUES (?, ?)
      ON CONFLICT (name) DO UPDATE SET used = max(used, excluded.used)
    `),
    find: db.prepare(`SELECT id FROM ${table} WHERE name = ?`),
    all: db.prepare(`SELECT id, name FROM ${table}`),
    expire: db.prepare(`DELETE FROM ${table} WHERE used < ?`),
    remove: db.prepare(`DELETE FROM ${table} WHERE name = ? AND ${isUnused.join(" AND ")}`),
  };
}
