import type { Database } from "../database/database.ts";
import type { Names } from "./names.ts";
import type { Limits } from "./protocol.ts";
import type { RollUps } from "./roll-ups.ts";
import { DAY_MS, HOUR_MS } from "./rows.ts";

interface RetentionOptions {
  db: Database;
  names: Names;
  clients: Names;
  rollUps: RollUps;
  limits: Limits;
}

/** Sums and names are looked through so often. */
const SUMS_EVERY_MS = HOUR_MS;

/** Removes what is too old, and of what is too much the oldest. Throws SQLite's errors. */
export class Retention {
  readonly #options: RetentionOptions;
  readonly #statements: ReturnType<typeof prepared>;
  #sumsAtMs = -Infinity;

  constructor(options: RetentionOptions) {
    this.#options = options;
    this.#statements = prepared(options.db);
  }

  /**
   * Removes some; to be called in a transaction.
   * @param limit rows at most.
   * @returns whether there is more.
   */
  remove(nowMs: number, limit: number): boolean {
    const { rowDays } = this.#options.limits;
    this.#expireSums(nowMs);
    const { changes } = this.#statements.expire.run(nowMs - rowDays * DAY_MS, limit);
    return changes === limit || this.#removeOldest(limit);
  }

  #expireSums(nowMs: number): void {
    // Also where the clock was put back.
    if (Math.abs(nowMs - this.#sumsAtMs) < SUMS_EVERY_MS) return;
    this.#sumsAtMs = nowMs;
    const { rollUps, names, clients, limits } = this.#options;
    const today = Math.floor(nowMs / DAY_MS);
    const firstRowMs = nowMs - limits.rowDays * DAY_MS;
    rollUps.expire(Math.floor(firstRowMs / HOUR_MS), today - limits.rollUpDays);
    // A name may have been used until the end of its day.
    clients.expire(today - limits.rowDays - 1);
    names.expire(today - Math.max(limits.rowDays, limits.rollUpDays) - 1);
  }

  /** @returns whether there is still too much. */
  #removeOldest(limit: number): boolean {
    if (this.#usedBytes() <= this.#options.limits.maxBytes) return false;
    const { oldest, remove, setRowsFrom, oldestHour, removeHour, oldestDay, removeDay } =
      this.#statements;
    const { to, at } = oldest.get(limit) as { to: number | null; at: number };
    if (to !== null) {
      remove.run(to);
      setRowsFrom.run(at + 1);
      return true;
    }
    const { start: hour } = oldestHour.get() as { start: number | null };
    if (hour !== null) return removeHour.run(hour).changes > 0;
    const { start: day } = oldestDay.get() as { start: number | null };
    return day !== null && removeDay.run(day).changes > 0;
  }

  /** Without the pages that are free for what comes next. */
  #usedBytes(): number {
    const { db } = this.#options;
    return (db.figure("page_count") - db.figure("freelist_count")) * db.figure("page_size");
  }
}

function prepared({ sql }: Database) {
  return {
    expire: sql.prepare(`
      DELETE FROM requests WHERE number IN (SELECT number FROM requests WHERE at < ? LIMIT ?)
    `),
    oldest: sql.prepare(`
      SELECT max(number) AS "to", max(at) AS at
      FROM (SELECT number, at FROM requests ORDER BY number LIMIT ?)
    `),
    remove: sql.prepare("DELETE FROM requests WHERE number <= ?"),
    setRowsFrom: sql.prepare("UPDATE state SET rows_from = max(rows_from, ?)"),
    oldestHour: sql.prepare("SELECT min(start) AS start FROM hours"),
    removeHour: sql.prepare("DELETE FROM hours WHERE start = ?"),
    oldestDay: sql.prepare("SELECT min(start) AS start FROM days"),
    removeDay: sql.prepare("DELETE FROM days WHERE start = ?"),
  };
}
