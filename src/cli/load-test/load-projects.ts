/** The limits of the service that a project's share of a load test runs into. */
interface ProjectLimits {
  /** Requests a minute of one project; undefined where they are not limited. */
  perMinute: number | undefined;
  /** Requests of one project that may be under way. */
  underWay: number;
}

interface Load {
  requests: number | undefined;
  durationMs: number | undefined;
  atOnce: number;
}

const MINUTE_MS = 60_000;

/**
 * How many projects a load test has to be spread over so that the service refuses none of it for
 * one project's limits. Undefined where no number is enough: nobody knows how many requests there
 * will be in the time.
 */
export function projectsFor(load: Load, limits: ProjectLimits): number | undefined {
  const forPlaces = Math.ceil(load.atOnce / Math.max(1, limits.underWay));
  if (limits.perMinute === undefined) return forPlaces;
  if (load.requests === undefined) return undefined;
  // In the worst case all of them are sent within a minute.
  return Math.max(forPlaces, Math.ceil(load.requests / Math.max(1, limits.perMinute)));
}

/** Their names: the one that was given, or that with numbers. */
export function projectNames(name: string, count: number): string[] {
  if (count === 1) return [name];
  return Array.from({ length: count }, (_, index) => `${name}-${index + 1}`);
}

/** Whether a time is so short that a minute's limit holds for all of it. */
export function isWithinMinute(durationMs: number | undefined): boolean {
  return durationMs !== undefined && durationMs <= MINUTE_MS;
}
