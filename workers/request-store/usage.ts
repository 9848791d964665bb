import type Libsql from "libsql";
import { nameIn } from "./figures.ts";
import type { Names } from "./names.ts";
import type { DayUsage, Window } from "./protocol.ts";
import { conditionsOf, DAY_MS } from "./rows.ts";

/** A page is whole days, and no more rows than this, save for a single day. */
const PAGE_ROWS = 2000;

/** A day has at most 51 projects with 21 models each. */
const DAY_ROWS = 1100;

interface UsageRow {
  start: number;
  project: number;
  model: number;
  requests: number;
  failed: number;
  tokens_in: number;
  tokens_out: number;
  inference: number;
  saved: number;
}

/**
 * What projects used of models, day by day, from the day of `fromMs` up to before `toMs`: one page,
 * and where the next begins. Throws SQLite's errors.
 */
export function usageOf(
  db: Libsql.Database,
  names: Names,
  { fromMs, toMs, project, model }: Window,
): { days: DayUsage[]; nextMs: number | undefined } {
  const where = conditionsOf({ project, model }, names);
  if (where.isEmpty) return { days: [], nextMs: undefined };
  where.add("start >= ?", Math.floor(fromMs / DAY_MS));
  where.add("start < ?", Math.ceil(toMs / DAY_MS));
  const rows = db
    .prepare(
      `SELECT start, project, model, sum(requests) AS requests,
        sum(iif(error = 0, 0, requests)) AS failed, sum(tokens_in) AS tokens_in,
        sum(tokens_out) AS tokens_out, sum(inference) AS inference, sum(saved) AS saved
      FROM days WHERE ${where.text} GROUP BY start, project, model
      ORDER BY start, project, model LIMIT ${PAGE_ROWS + DAY_ROWS}`,
    )
    .all(...where.values) as UsageRow[];
  const last = rows.length < PAGE_ROWS + DAY_ROWS ? undefined : rows.at(-1)?.start;
  const days = rows.filter(({ start }) => start !== last);
  const [all, inference] = [names.all(), inferenceOf(db, days)];
  return {
    days: days.map((row) => dayOf(row, all, inference.get(row.start) ?? 0)),
    nextMs: last === undefined ? undefined : last * DAY_MS,
  };
}

/** What everybody's inference took on the days of some rows, which are in order; microseconds. */
function inferenceOf(db: Libsql.Database, days: readonly UsageRow[]): Map<number, number> {
  const rows = db
    .prepare(
      "SELECT start, sum(inference) AS took FROM days WHERE start BETWEEN ? AND ? GROUP BY 1",
    )
    .all(days[0]?.start ?? 0, days.at(-1)?.start ?? 0) as { start: number; took: number }[];
  return new Map(rows.map(({ start, took }) => [start, took]));
}

function dayOf(row: UsageRow, names: ReadonlyMap<number, string>, dayInference: number): DayUsage {
  return {
    startMs: row.start * DAY_MS,
    project: nameIn(names, row.project) ?? "unknown",
    model: nameIn(names, row.model),
    requests: row.requests,
    failed: row.failed,
    inputTokens: row.tokens_in,
    outputTokens: row.tokens_out,
    inferenceMs: row.inference / 1000,
    savedMs: row.saved / 1000,
    dayInferenceMs: dayInference / 1000,
  };
}
