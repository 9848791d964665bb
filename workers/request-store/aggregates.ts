import type Libsql from "libsql";
import { addSums, errorIn, mostUsed, nameIn, noFigures, type SumRow } from "./figures.ts";
import type { Names } from "./names.ts";
import type { Aggregate, FigureGroup, HourFigures, Limits, Window } from "./protocol.ts";
import type { RollUps } from "./roll-ups.ts";
import { type Conditions, conditionsOf, HOUR_MS } from "./rows.ts";
import { nearestRank, Sketch } from "./sketch.ts";
import { exactSources, type Source, type Sources, summedSources } from "./sources.ts";
import { KEYS, SUM_COLUMNS } from "./sums.ts";

/** The most names that an answer tells apart: clients choose them. */
const MOST_PROJECTS = 200;
const MOST_MODELS = 50;

interface HourRow {
  start: number;
  model: number;
  requests: number;
  failed: number;
  took: number;
}

interface AggregatesOptions {
  db: Libsql.Database;
  names: Names;
  rollUps: RollUps;
  limits: Pick<Limits, "exactRows">;
}

/** Figures over a window. Throws SQLite's errors. */
export class Aggregates {
  readonly #db: Libsql.Database;
  readonly #names: Names;
  readonly #rollUps: RollUps;
  readonly #exactRows: number;

  constructor({ db, names, rollUps, limits }: AggregatesOptions) {
    this.#db = db;
    this.#names = names;
    this.#rollUps = rollUps;
    this.#exactRows = limits.exactRows;
  }

  /** The figures of the requests of a window. */
  of(window: Window): Aggregate {
    const where = conditionsOf(window, this.#names);
    if (where.isEmpty) {
      return { total: noFigures(), groups: [], quantiles: undefined, isExact: true, hours: [] };
    }
    return this.#isExact(window, where) ? this.#exact(window) : this.#estimated(window);
  }

  /**
   * Of each request. What is summed is read from the sums, which is far less, where these tell the
   * names apart and hold the same requests: rows go earlier than the sums over them.
   */
  #exact(window: Window): Aggregate {
    const rows = exactSources(window, this.#names);
    const tooks = this.#tooks(rows.requests).sort();
    const quantiles = quantilesOf((q) => tooks[nearestRank(q, tooks.length)]);
    const fromMs = Math.max(window.fromMs, this.#oldestMs());
    if (!this.#rollUps.hasOthers(fromMs, window.toMs)) {
      const sums = this.#sums(this.#summed({ ...window, fromMs }));
      if (sums.total.requests === tooks.length) return { ...sums, quantiles, isExact: true };
    }
    return { ...this.#sums(rows), quantiles, isExact: true };
  }

  #estimated(window: Window): Aggregate {
    const sources = this.#summed(window);
    const quantiles = this.#estimatedQuantiles(sources);
    return { ...this.#sums(sources), quantiles, isExact: false };
  }

  #summed(window: Window): Sources {
    return summedSources(window, this.#rollUps.rolledTo, this.#names);
  }

  #sums({ all, hours }: Sources): Pick<Aggregate, "total" | "groups" | "hours"> {
    const names = this.#names.all();
    return { ...this.#groups(all, names), hours: this.#hours(hours, names) };
  }

  /** When the oldest request began. */
  #oldestMs(): number {
    const { at } = this.#db.prepare("SELECT min(at) AS at FROM requests").get() as {
      at: number | null;
    };
    return at ?? 0;
  }

  /** Whether the rows of a window are few, and none of them went early. */
  #isExact({ fromMs }: Window, where: Conditions): boolean {
    const state = this.#db.prepare("SELECT rows_from FROM state").get() as { rows_from: number };
    if (fromMs < state.rows_from) return false;
    // Without a look at the rows themselves: an index has all of this.
    const { count } = this.#db
      .prepare(`SELECT count(*) AS count FROM (SELECT 1 FROM requests WHERE ${where.text} LIMIT ?)`)
      .get(...where.values, this.#exactRows + 1) as { count: number };
    return count <= this.#exactRows;
  }

  #groups(
    { sql, values }: Source,
    names: ReadonlyMap<number, string>,
  ): Pick<Aggregate, "total" | "groups"> {
    const keys = Object.keys(KEYS).join();
    const sums = SUM_COLUMNS.map((column) => `sum(${column}) AS ${column}`).join();
    const rows = this.#db
      .prepare(
        `SELECT ${keys}, ${sums}, min(first_at) AS first_at, max(last_at) AS last_at
        FROM (${sql}) GROUP BY ${keys}`,
      )
      .all(...values) as SumRow[];
    const total = noFigures();
    const groups = new Map<string, FigureGroup>();
    const projectOf = mostUsed(rows, "project", MOST_PROJECTS);
    const modelOf = mostUsed(rows, "model", MOST_MODELS);
    for (const row of rows) {
      const { operation, error } = row;
      const [project, model] = [projectOf(row.project), modelOf(row.model)];
      const key = [project, model, operation, error].join();
      const group = groups.get(key) ?? {
        ...noFigures(),
        project: nameIn(names, project) ?? "unknown",
        model: nameIn(names, model),
        operation: nameIn(names, operation),
        error: errorIn(names, error),
      };
      groups.set(key, group);
      addSums(group, row);
      addSums(total, row);
    }
    return { total, groups: [...groups.values()] };
  }

  #hours({ sql, values }: Source, names: ReadonlyMap<number, string>): HourFigures[] {
    const rows = this.#db
      .prepare(
        `SELECT start, model, sum(requests) AS requests,
          sum(iif(error = 0, 0, requests)) AS failed, sum(took) AS took
        FROM (${sql}) GROUP BY start, model ORDER BY start, model`,
      )
      .all(...values) as HourRow[];
    const modelOf = mostUsed(rows, "model", MOST_MODELS);
    const hours = new Map<string, HourFigures>();
    for (const row of rows) {
      const model = modelOf(row.model);
      const key = `${row.start} ${model}`;
      const hour = hours.get(key) ?? {
        startMs: row.start * HOUR_MS,
        model: nameIn(names, model),
        requests: 0,
        failed: 0,
        tookMs: 0,
      };
      hours.set(key, hour);
      hour.requests += row.requests;
      hour.failed += row.failed;
      hour.tookMs = (Math.round(hour.tookMs * 1000) + row.took) / 1000;
    }
    return [...hours.values()];
  }

  #estimatedQuantiles({ requests, sketches }: Sources): Aggregate["quantiles"] {
    const sketch = new Sketch();
    for (const took of this.#tooks(requests)) sketch.add(took);
    if (sketches) {
      const rows = this.#db.prepare(sketches.sql).all(...sketches.values);
      for (const row of rows as { sketch: ArrayBuffer }[]) {
        sketch.addBytes(new Uint8Array(row.sketch));
      }
    }
    return quantilesOf((q) => sketch.quantile(q));
  }

  /** What each request took: one text is read far faster than as many rows. */
  #tooks({ sql, values }: Source): Float64Array {
    const { tooks } = this.#db
      .prepare(`SELECT group_concat(took) AS tooks FROM (${sql})`)
      .get(...values) as { tooks: string | null };
    return tooks === null ? new Float64Array() : Float64Array.from(tooks.split(","), Number);
  }
}

function quantilesOf(micros: (q: number) => number | undefined): Aggregate["quantiles"] {
  const [p50, p95, p99] = [micros(0.5), micros(0.95), micros(0.99)];
  if (p50 === undefined || p95 === undefined || p99 === undefined) return undefined;
  return { p50Ms: p50 / 1000, p95Ms: p95 / 1000, p99Ms: p99 / 1000 };
}
