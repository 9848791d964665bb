import type { ProjectLimits } from "./service-limits.ts";

interface Load {
  /** Undefined: as many as the time allows. */
  requests: number | undefined;
  atOnce: number;
}

/**
 * How many projects a load test is spread over, so that the service refuses none of it for the
 * limits of a single one. Where only the time is known, so are not the requests: then it is as many
 * as may be under way at a time.
 */
export function projectsFor({ requests, atOnce }: Load, limits: ProjectLimits): number {
  const forPlaces = Math.ceil(atOnce / Math.max(1, limits.underWay));
  if (limits.perMinute === undefined || requests === undefined) return forPlaces;
  // In the worst case all of them are sent within a minute.
  return Math.max(forPlaces, Math.ceil(requests / Math.max(1, limits.perMinute)));
}

/** Their names: the one that was given, or that with numbers. */
export function projectNames(name: string, count: number): string[] {
  if (count === 1) return [name];
  return Array.from({ length: count }, (_, index) => `${name}-${index + 1}`);
}
