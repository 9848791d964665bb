import { csvLines } from "./bodies/csv-lines.ts";
import { analyticsBody } from "./bodies/analytics-body.ts";
import { metricsBody } from "./bodies/metrics-body.ts";
import { performanceBody } from "./bodies/performance-body.ts";
import { USAGE_COLUMNS, usageRows } from "./bodies/usage-rows.ts";
import { jsonLine } from "../../src/runtime/json-line.ts";
import type { Aggregate, DayUsage, FiguresQuery, UsageQuery } from "./protocol.ts";

// Answers are written here and not on the main thread: the figures of a month are thousands of
// objects, and to take those over would hold up streams for milliseconds.

const BODIES = {
  analytics: analyticsBody,
  metrics: metricsBody,
  performance: performanceBody,
} as const satisfies Record<FiguresQuery["body"], (figures: Aggregate) => object>;

/** The body of an answer with figures. */
export function figuresText(figures: Aggregate, { body, forReading }: FiguresQuery): string {
  const written = BODIES[body](figures);
  return forReading ? JSON.stringify(written, undefined, 2) : jsonLine(written);
}

/** Days of usage as lines of CSV, or as objects with commas between them. */
export function usageText(days: readonly DayUsage[], { format, withShare }: UsageQuery): string {
  const rows = usageRows(days, { withShare });
  if (format === "json") return rows.map(jsonLine).join();
  return csvLines(rows.map((row) => USAGE_COLUMNS.map((name) => row[name])));
}
