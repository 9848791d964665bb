import { ENDINGS } from "./endings.ts";
import type { Figures } from "./protocol.ts";
import { OTHER } from "./roll-ups.ts";
import { SUMS } from "./sums.ts";

/** A row of sums, with the numbers of its names. */
export interface SumRow {
  project: number;
  model: number;
  operation: number;
  error: number;
  first_at: number;
  last_at: number;
  [column: string]: number;
}

/** What is told of many. */
const OTHER_NAME = "other";

/** The name of a number in a sum; undefined for none. */
export function nameIn(names: ReadonlyMap<number, string>, id: number): string | undefined {
  if (id === 0) return undefined;
  // A name that is not there any more was forgotten while it was summed.
  return id === OTHER ? OTHER_NAME : (names.get(id) ?? OTHER_NAME);
}

/** What an error is called: its code, else how the request ended; undefined for none. */
export function errorIn(names: ReadonlyMap<number, string>, id: number): string | undefined {
  return id < 0 ? ENDINGS[-1 - id] : nameIn(names, id);
}

/** Figures without a request. */
export function noFigures(): Figures {
  const sums = Object.fromEntries(SUMS.map(({ field }) => [field, 0]));
  return { ...sums, failed: 0, firstAtMs: undefined, lastAtMs: undefined } as unknown as Figures;
}

/** Adds a row of sums to figures. */
export function addSums(figures: Figures, row: SumRow): void {
  const sums = figures as unknown as Record<string, number>;
  for (const { column, field, unit } of SUMS) {
    // Whole numbers are added, as the file has them: fractions would gather errors.
    sums[field] = (Math.round((sums[field] ?? 0) * unit) + (row[column] ?? 0)) / unit;
  }
  if (row.error !== 0) figures.failed += row["requests"] ?? 0;
  figures.firstAtMs = Math.min(figures.firstAtMs ?? Infinity, row.first_at);
  figures.lastAtMs = Math.max(figures.lastAtMs ?? -Infinity, row.last_at);
}

/** The numbers of the names that most requests have; the others are told together. */
export function mostUsed<Kind extends "project" | "model">(
  rows: readonly (Record<Kind, number> & { requests?: number })[],
  kind: Kind,
  most: number,
): (id: number) => number {
  const requests = new Map<number, number>();
  for (const row of rows) {
    requests.set(row[kind], (requests.get(row[kind]) ?? 0) + (row.requests ?? 0));
  }
  if (requests.size <= most) return (id) => id;
  const kept = new Set(
    [...requests]
      .sort((a, b) => b[1] - a[1])
      .slice(0, most)
      .map(([id]) => id),
  );
  return (id) => (kept.has(id) ? id : OTHER);
}
