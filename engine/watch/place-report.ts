/** The state of places that requests wait for: in memory, or in a model's turn to compute. */
export type PlaceReport = {
  /** The kind of place, in words. */
  readonly what: string;
  readonly waiting: number;
  /** Whether a place is free now. */
  readonly free: boolean;
  /** Places that are held for requests that have ended. */
  readonly abandoned: number;
};

/** How many of the requests that hold a place have ended. */
export function countAbandoned(owners: Iterable<AbortSignal>): number {
  let count = 0;
  for (const { aborted } of owners) if (aborted) count += 1;
  return count;
}
