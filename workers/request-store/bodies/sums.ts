import type { Figures } from "../protocol.ts";
import { NO_MODEL, NO_OPERATION } from "./unnamed.ts";

/** What figures are added up from. */
type Addend = Pick<Figures, "requests" | "failed" | "tookMs" | "firstAtMs" | "lastAtMs">;

/** Requests by name. A name may be any text: none of them is lost, `__proto__` neither. */
export function requestsBy<T extends { requests: number }>(
  groups: readonly T[],
  nameOf: (group: T) => string | undefined,
): Record<string, number> {
  const counts = new Map<string, number>();
  for (const group of groups) {
    const name = nameOf(group);
    if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + group.requests);
  }
  return Object.fromEntries(counts);
}

/** Groups by name, in the order in which they come. */
export function groupedBy<T>(groups: readonly T[], nameOf: (group: T) => string): Map<string, T[]> {
  const byName = new Map<string, T[]>();
  for (const group of groups) {
    const name = nameOf(group);
    const known = byName.get(name);
    if (known) known.push(group);
    else byName.set(name, [group]);
  }
  return byName;
}

/** The sum of some figures. */
export function sumOf(groups: readonly Addend[]): Addend {
  const firsts = groups.flatMap(({ firstAtMs }) => firstAtMs ?? []);
  const lasts = groups.flatMap(({ lastAtMs }) => lastAtMs ?? []);
  return {
    requests: total(groups, "requests"),
    failed: total(groups, "failed"),
    tookMs: totalMs(groups, "tookMs"),
    firstAtMs: firsts.length === 0 ? undefined : Math.min(...firsts),
    lastAtMs: lasts.length === 0 ? undefined : Math.max(...lasts),
  };
}

/** The sum of a count. */
export function total<K extends string>(groups: readonly Record<K, number>[], of: K): number {
  return groups.reduce((sum, group) => sum + group[of], 0);
}

/** The sum of milliseconds with three decimals: whole microseconds gather no errors. */
export function totalMs<K extends string>(groups: readonly Record<K, number>[], of: K): number {
  return groups.reduce((sum, group) => sum + Math.round(group[of] * 1000), 0) / 1000;
}

/** The name of a model in figures. */
export function modelName({ model }: { model: string | undefined }): string {
  return model ?? NO_MODEL;
}

/** The name of an operation in figures. */
export function operationName({ operation }: { operation: string | undefined }): string {
  return operation ?? NO_OPERATION;
}

/** A part of a sum for each of so many; 0 of none. */
export function mean(sum: number, count: number): number {
  return count === 0 ? 0 : sum / count;
}

/** Latencies have two decimals. */
export function latency(ms: number): number {
  return Math.round(ms * 100) / 100;
}

/** A moment as answers have it; null for none. */
export function moment(atMs: number | undefined): string | null {
  return atMs === undefined ? null : new Date(atMs).toISOString();
}
