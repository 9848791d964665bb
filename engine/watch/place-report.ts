/** How it stands with places that requests wait for: in memory, or in a model's turn to compute. */
export type PlaceReport = {
  /** What is waited for, for people. */
  readonly what: string;
  readonly waiting: number;
  /** Whether one could be had at once. */
  readonly free: boolean;
  /** Places held for requests that are over. */
  readonly abandoned: number;
};

/** How many of the requests that hold something are over. */
export function countAbandoned(owners: Iterable<AbortSignal>): number {
  let count = 0;
  for (const { aborted } of owners) if (aborted) count += 1;
  return count;
}
