/** What decides about the size of context that a model runs with; all sizes are in tokens. */
export interface LaneFacts {
  /** The operator's sizes, ascending; empty where nothing is configured. */
  configured: readonly number[];
  /** What the model is loaded with; undefined where it is not, or where nobody knows. */
  size: number | undefined;
  limits: ContextLimits;
  /** Nothing above this is tried: a load of more has lately run out of memory. */
  most: number | undefined;
}

/** What is known of the largest context of a model. */
export interface ContextLimits {
  /** Its own maximum. */
  own?: number | undefined;
  /** About what memory has room for beside its weights. */
  fits?: number | undefined;
}

/**
 * The size that a request runs with: the loaded one where that holds what is asked, so that nothing
 * is loaded for a smaller one. Else the smallest configured one that does. Where none is configured,
 * a model that is not loaded gets what is asked; a loaded one that is too small goes up to the
 * largest that fits at once, or to twice its size where nobody knows that, so that sizes that grow
 * little by little do not load it each time. What is above the largest gets the largest.
 * @param asked undefined where the request leaves it to the model.
 * @returns undefined: the server's own default.
 */
export function laneFor(asked: number | undefined, facts: LaneFacts): number | undefined {
  const { size, configured } = facts;
  if (size !== undefined && (asked ?? 0) <= size) return size;
  const lane = configured.length > 0 ? configuredLane(asked, facts) : freeLane(asked, facts);
  return size === undefined || lane === undefined ? lane : Math.max(lane, size);
}

function configuredLane(
  asked: number | undefined,
  { configured, most = Infinity }: LaneFacts,
): number | undefined {
  const allowed = configured.filter((lane) => lane <= most);
  // Where memory has room for none of them, what it had room for.
  if (allowed.length === 0) return most;
  return allowed.find((lane) => lane >= (asked ?? 0)) ?? allowed.at(-1);
}

function freeLane(
  asked: number | undefined,
  { size, limits, most = Infinity }: LaneFacts,
): number | undefined {
  if (asked === undefined) return undefined;
  const { own, fits = own } = limits;
  const largest = Math.min(own ?? Infinity, most);
  if (size === undefined) return Math.min(asked, largest);
  // What memory holds is an estimate: it limits what is given beyond what was asked, not that.
  return Math.min(Math.max(asked, fits ?? 2 * size), largest);
}

/**
 * The next smaller size to try when a load has run out of memory: a configured one or, where none
 * is, what was asked; else what the model had before.
 * @returns undefined where there is none.
 */
export function laneBelow(
  lane: number,
  asked: number | undefined,
  { configured, size }: LaneFacts,
): number | undefined {
  const others = configured.length > 0 ? configured : [asked];
  const below = [...others, size].filter((one) => one !== undefined && one < lane);
  return below.length > 0 ? Math.max(...below.map(Number)) : undefined;
}

/** The sizes that a model can be loaded with, ascending, as far as they are known. */
export function lanesOf({ configured, size, limits, most = Infinity }: LaneFacts): number[] {
  const { own, fits = Infinity } = limits;
  const free = own === undefined ? [] : [Math.max(Math.min(own, fits), size ?? 0)];
  const sizes = (configured.length > 0 ? configured : free).filter((lane) => lane <= most);
  const all = new Set([...sizes, ...(size === undefined ? [] : [size])]);
  return [...all].toSorted((a, b) => a - b);
}
