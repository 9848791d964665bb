import type Libsql from "libsql";
import { COUNTED, DAY_MS, HOUR_MS } from "./rows.ts";
import { Sketch } from "./sketch.ts";
import { KEYS, SUM_COLUMNS, SUMS } from "./sums.ts";

/** The most projects and models that a day tells apart. */
const MOST = { project: 50, model: 20 } as const;

/** In place of the number of a name: all others together. */
export const OTHER = -1;

/** What a sum is over. */
const KEY_COLUMNS = ["start", "project", "model", "operation", "error"] as const;

type Key = Record<(typeof KEY_COLUMNS)[number], number>;

interface Group extends Key {
  first_at: number;
  last_at: number;
  /** The time that each took, in microseconds, joined by commas. */
  tooks: string;
  [sum: string]: number | string;
}

type Table = "hours" | "days";

const HOURS_A_DAY = DAY_MS / HOUR_MS;

/**
 * Sums by hour and by day. They follow the rows by their numbers: each row is added once, to the hour
 * at which it began, whatever the clock was at. Throws SQLite's errors.
 */
export class RollUps {
  readonly #statements: ReturnType<typeof prepared>;
  /** The names that days tell apart already. */
  readonly #places = new Map<string, Set<number>>();

  constructor(db: Libsql.Database) {
    this.#statements = prepared(db);
  }

  /** The number of the last row that is in the sums. */
  get rolledTo(): number {
    return (this.#statements.rolledTo.get() as { number: number }).number;
  }

  /** Whether some of a window are added up as others. */
  hasOthers(fromMs: number, toMs: number): boolean {
    const days = [fromMs, toMs].map((ms) => Math.floor(ms / DAY_MS));
    return this.#statements.others.get(days) !== undefined;
  }

  /** Adds the next rows; to be called in a transaction. @returns whether there are more. */
  roll(limit: number): boolean {
    const { rolledTo, chunk, groups, setRolledTo } = this.#statements;
    const { number: from } = rolledTo.get() as { number: number };
    const { to, count } = chunk.get(from, limit) as { to: number | null; count: number };
    if (to === null) return false;
    for (const group of groups.all(from, to) as Group[]) {
      const day = Math.floor(group.start / HOURS_A_DAY);
      const placed: Group = {
        ...group,
        project: this.#placeOf("project", day, group),
        model: this.#placeOf("model", day, group),
      };
      this.#add("hours", placed);
      this.#add("days", { ...placed, start: day });
    }
    setRolledTo.run(to);
    return count === limit;
  }

  /** Removes what is older: hours and days since 1970. */
  expire(hour: number, day: number): void {
    this.#statements.hours.expire.run(hour);
    this.#statements.days.expire.run(day);
  }

  /** Removes the sums of a project. */
  forget(project: number): void {
    this.#statements.hours.forget.run(project);
    this.#statements.days.forget.run(project);
    this.forgetPlaces();
  }

  /** Reads anew which names days tell apart: after a transaction that was undone, for instance. */
  forgetPlaces(): void {
    this.#places.clear();
  }

  /**
   * The number under which a group is added: its own while its day has places. Names that only
   * failed requests have, which are any text, get no more than half of them.
   */
  #placeOf(kind: keyof typeof MOST, day: number, group: Group): number {
    const id = group[kind];
    if (id === 0) return 0;
    const places = this.#placesOf(kind, day);
    if (places.has(id)) return id;
    const most = group.error === 0 ? MOST[kind] : MOST[kind] / 2;
    if (places.size >= most) return OTHER;
    places.add(id);
    return id;
  }

  #placesOf(kind: keyof typeof MOST, day: number): Set<number> {
    const key = `${kind} ${day}`;
    const known = this.#places.get(key);
    if (known) return known;
    if (this.#places.size > 100) this.#places.clear();
    const rows = this.#statements.places[kind].all(day) as { id: number }[];
    const places = new Set(rows.map(({ id }) => id));
    this.#places.set(key, places);
    return places;
  }

  #add(table: Table, group: Group): void {
    const { sketchOf, add } = this.#statements[table];
    const key = KEY_COLUMNS.map((column) => group[column]);
    const before = sketchOf.get(...key) as { sketch: Buffer } | undefined;
    const sketch = new Sketch();
    if (before) sketch.addBytes(before.sketch);
    for (const took of group.tooks.split(",")) sketch.add(Number(took));
    const sums = SUM_COLUMNS.map((column) => group[column]);
    add.run(...key, ...sums, group.first_at, group.last_at, sketch.toBytes());
  }
}

function prepared(db: Libsql.Database) {
  const sums = SUMS.map(({ column, of }) => `sum(${of}) AS ${column}`);
  const keys = Object.entries(KEYS).map(([name, of]) => `${of} AS ${name}`);
  return {
    rolledTo: db.prepare("SELECT rolled_to AS number FROM state"),
    setRolledTo: db.prepare("UPDATE state SET rolled_to = ?"),
    chunk: db.prepare(`
      SELECT max(number) AS "to", count(*) AS count
      FROM (SELECT number FROM requests WHERE number > ? ORDER BY number LIMIT ?)
    `),
    // Those that completed first: their names are sure to be ones.
    groups: db.prepare(`
      SELECT at / ${HOUR_MS} AS start, ${keys.join()}, ${sums.join()},
        min(at) AS first_at, max(at) AS last_at, group_concat(took) AS tooks
      FROM requests WHERE number > ? AND number <= ? AND ${COUNTED}
      GROUP BY 1, 2, 3, 4, 5 ORDER BY 5 <> 0, 1, 2, 3, 4, 5
    `),
    others: db.prepare(`
      SELECT 1 FROM days WHERE start >= ? AND start <= ? AND (project = ${OTHER} OR model = ${OTHER})
      LIMIT 1
    `),
    places: {
      project: db.prepare(
        "SELECT DISTINCT project AS id FROM days WHERE start = ? AND project > 0",
      ),
      model: db.prepare("SELECT DISTINCT model AS id FROM days WHERE start = ? AND model > 0"),
    },
    hours: preparedFor(db, "hours"),
    days: preparedFor(db, "days"),
  };
}

function preparedFor(db: Libsql.Database, table: Table) {
  const isKey = KEY_COLUMNS.map((column) => `${column} = ?`).join(" AND ");
  const columns = [...KEY_COLUMNS, ...SUM_COLUMNS, "first_at", "last_at", "sketch"];
  const added = SUM_COLUMNS.map((column) => `${column} = ${column} + excluded.${column}`);
  return {
    sketchOf: db.prepare(`SELECT sketch FROM ${table} WHERE ${isKey}`),
    add: db.prepare(`
      INSERT INTO ${table} (${columns.join()}) VALUES (${columns.map(() => "?").join()})
      ON CONFLICT (${KEY_COLUMNS.join()}) DO UPDATE SET ${added.join()},
        first_at = min(first_at, excluded.first_at), last_at = max(last_at, excluded.last_at),
        sketch = excluded.sketch
    `),
    expire: db.prepare(`DELETE FROM ${table} WHERE start < ?`),
    forget: db.prepare(`DELETE FROM ${table} WHERE project = ?`),
  };
}
