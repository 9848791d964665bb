import type Libsql from "libsql";
import type { KeptRequest } from "./kept-request.ts";
import { Database } from "../database/database.ts";
import { Aggregates } from "./aggregates.ts";
import { REQUEST_SCHEMA } from "./migrations.ts";
import { Names } from "./names.ts";
import type {
  Aggregate,
  DayUsage,
  Limits,
  RowsQuery,
  StoredRequest,
  Window,
  WriteBatch,
} from "./protocol.ts";
import { Retention } from "./retention.ts";
import { RollUps } from "./roll-ups.ts";
import { Rows } from "./rows.ts";
import { usageOf } from "./usage.ts";

/** What is done at a time of the work that is due: a batch waits no longer for it. */
const ROWS_AT_ONCE = 2000;

/** Before usage is told, at most so many rows are added to its sums. */
const MOST_CATCH_UP = 10 * ROWS_AT_ONCE;

/** The requests in a database file. All methods throw SQLite's errors. */
export class RequestDatabase {
  readonly #db: Database;
  readonly #names: Names;
  readonly #clients: Names;
  readonly #rows: Rows;
  readonly #rollUps: RollUps;
  readonly #aggregates: Aggregates;
  readonly #retention: Retention;

  /** Opens an existing file. @throws ForeignFileError for one that is not of this service. */
  constructor(Driver: typeof Libsql, file: string, limits: Limits) {
    this.#db = new Database(Driver, file, REQUEST_SCHEMA);
    try {
      const { sql } = this.#db;
      this.#names = new Names(sql, "names");
      this.#clients = new Names(sql, "clients");
      this.#rows = new Rows(sql, { names: this.#names, clients: this.#clients });
      this.#rollUps = new RollUps(sql);
      const parts = { names: this.#names, clients: this.#clients, rollUps: this.#rollUps, limits };
      this.#aggregates = new Aggregates({ db: sql, ...parts });
      this.#retention = new Retention({ db: this.#db, ...parts });
    } catch (err) {
      this.#db.sql.close();
      throw err;
    }
  }

  /** Writes a batch, all of it or nothing; nothing where it was written before. */
  write({ run, batch, json }: WriteBatch): void {
    this.#together(() => {
      const last = this.#db.sql.prepare("SELECT run, batch FROM state").get() as WriteBatch;
      if (last.run === run && last.batch >= batch) return;
      for (const request of JSON.parse(json) as KeptRequest[]) this.#rows.add(request);
      this.#db.sql.prepare("UPDATE state SET run = ?, batch = ?").run(run, batch);
    });
  }

  /** Adds rows to the sums, and removes what is too old or too much. @returns whether there is more. */
  tend(nowMs: number): boolean {
    const isBehind = this.#together(() => this.#rollUps.roll(ROWS_AT_ONCE));
    // What is removed has been summed.
    if (isBehind) return true;
    return this.#together(() => this.#retention.remove(nowMs, ROWS_AT_ONCE));
  }

  /** Requests by their numbers, at most a page of them. */
  rows(query: RowsQuery): StoredRequest[] {
    return this.#rows.find(query);
  }

  /** The request of an id. */
  one(id: string): StoredRequest | undefined {
    return this.#rows.one(id);
  }

  /** The figures of a window. */
  aggregate(window: Window): Aggregate {
    return this.#aggregates.of(window);
  }

  /** A page of what projects used of models. */
  usage(window: Window): { days: DayUsage[]; nextMs: number | undefined } {
    this.#together(() => this.#rollUps.roll(MOST_CATCH_UP));
    return usageOf(this.#db.sql, this.#names, window);
  }

  /** Removes all that is known of a project. @returns how many requests. */
  forget(project: string): number {
    const id = this.#names.find(project);
    if (id === undefined) return 0;
    const removed = this.#together(() => {
      const { changes } = this.#db.sql.prepare("DELETE FROM requests WHERE project = ?").run(id);
      this.#rollUps.forget(id);
      this.#names.remove(project);
      // As a tenant it has the same name.
      this.#clients.remove(project);
      return changes;
    });
    this.#db.emptyLog();
    return removed;
  }

  /** Moves everything into the one file, and closes it. */
  close(): void {
    this.#db.close();
  }

  /** Does some work in a transaction; what is in memory goes with what is undone. */
  #together<T>(work: () => T): T {
    try {
      return this.#db.together(work);
    } catch (err) {
      this.#names.clear();
      this.#clients.clear();
      this.#rollUps.forgetPlaces();
      throw err;
    }
  }
}
