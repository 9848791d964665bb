import type { LaneRequest } from "./lanes/lane-request.ts";

/** How a model is brought into memory: embedding models refuse an empty generate. */
export interface LoadHints {
  kind: "generate" | "embed";
  /** The request's own load options (see load-options.ts), so that it need not reload. */
  options?: Record<string, unknown> | undefined;
  shift?: boolean | undefined;
  keepAlive?: string | number | undefined;
  /** Where the request follows its model's lane: then a loaded model may be too small for it. */
  lane?: LaneRequest | undefined;
}

/**
 * Whether two requests have their model loaded in the same way. Where one follows its model's lane
 * and asks for a context, what memory has no room for is no end: a smaller one is tried.
 */
export function isSameLoad(a: LoadHints, b: LoadHints): boolean {
  const key = ({ kind, options, shift, lane }: LoadHints): string =>
    JSON.stringify([kind, options, shift, lane?.asked === undefined ? null : lane.use]);
  return key(a) === key(b);
}

/** Whether a model that is in memory is large enough for a request as it is. */
export function isLargeEnough({ lane }: LoadHints): boolean {
  return lane?.holds() ?? true;
}
