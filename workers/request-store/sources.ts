import type { Names } from "./names.ts";
import type { RequestFilter, Window } from "./protocol.ts";
import { conditionsOf, COUNTED, DAY_MS, HOUR_MS } from "./rows.ts";
import { KEYS, SUM_COLUMNS, SUMS } from "./sums.ts";

/** A table of sums as SQL, and the values that it takes. */
export interface Source {
  sql: string;
  values: number[];
}

/** A window as tables of sums. */
export interface Sources {
  /** Its requests, or those of them that are in none of the sums. */
  requests: Source;
  /** All of it: by whole days where that can be, and by hours. */
  all: Source;
  hours: Source;
  /** The sketches of what `requests` leaves out. */
  sketches: Source | undefined;
}

const HOURS_A_DAY = DAY_MS / HOUR_MS;

const SUM_NAMES = ["start", ...Object.keys(KEYS), ...SUM_COLUMNS, "first_at", "last_at"];

/** Each request of a window as a row of sums. */
function requestsOf(filter: RequestFilter, names: Names): Source {
  const where = conditionsOf(filter, names);
  return { sql: requestSums("", where.text), values: where.values };
}

/** A window request by request. */
export function exactSources(window: Window, names: Names): Sources {
  const requests = requestsOf(window, names);
  return { requests, all: requests, hours: requests, sketches: undefined };
}

/**
 * A window by the sums of its whole hours and days, and by its requests where they are in no such
 * sum: at its ends, and behind the number up to which there are sums.
 */
export function summedSources(window: Window, rolledTo: number, names: Names): Sources {
  const { fromMs, toMs } = window;
  const [first, end] = [Math.ceil(fromMs / HOUR_MS), Math.floor(toMs / HOUR_MS)];
  if (first >= end) return exactSources(window, names);
  const [firstMs, endMs] = [first * HOUR_MS, end * HOUR_MS];
  const unsummed = conditionsOf({ ...window, fromMs: firstMs, toMs: endMs }, names);
  unsummed.add("number > ?", rolledTo);
  const requests = together([
    requestsOf({ ...window, toMs: firstMs }, names),
    requestsOf({ ...window, fromMs: endMs }, names),
    { sql: requestSums("NOT INDEXED", unsummed.text), values: unsummed.values },
  ]);
  const select = (columns: string, table: string, from: number, to: number): Source => {
    const where = conditionsOf({ project: window.project, model: window.model }, names);
    where.add("start >= ?", from);
    where.add("start < ?", to);
    return { sql: `SELECT ${columns} FROM ${table} WHERE ${where.text}`, values: where.values };
  };
  const inSums = (columns: string): Source => {
    const [firstDay, endDay] = [Math.ceil(first / HOURS_A_DAY), Math.floor(end / HOURS_A_DAY)];
    if (firstDay >= endDay) return select(columns, "hours", first, end);
    return together([
      select(columns, "hours", first, firstDay * HOURS_A_DAY),
      select(columns, "days", firstDay, endDay),
      select(columns, "hours", endDay * HOURS_A_DAY, end),
    ]);
  };
  const columns = SUM_NAMES.join();
  return {
    requests,
    all: together([inSums(columns), requests]),
    hours: together([select(columns, "hours", first, end), requests]),
    sketches: inSums("sketch"),
  };
}

/** Several sources as one. */
function together(sources: Source[]): Source {
  return {
    sql: sources.map(({ sql }) => sql).join(" UNION ALL "),
    values: sources.flatMap(({ values }) => values),
  };
}

function requestSums(how: string, where: string): string {
  const keys = Object.entries(KEYS).map(([name, of]) => `${of} AS ${name}`);
  const sums = SUMS.map(({ column, of }) => `${of} AS ${column}`);
  const columns = [`at / ${HOUR_MS} AS start`, ...keys, ...sums, "at AS first_at", "at AS last_at"];
  return `SELECT ${columns.join()} FROM requests ${how} WHERE ${where} AND ${COUNTED}`;
}
