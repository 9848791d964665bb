import { ServiceError } from "../../errors/service-error.ts";
import type { Basis } from "./hold-times.ts";

/** Where a request stands in the queue, and how long it will wait for the model to work on it. */
export interface Standing {
  /** Its number in its line, from 1, by the turns as they are now. */
  position: number;
  /** Milliseconds from now; undefined where nothing is known to estimate it by. */
  expectedMs: number | undefined;
  basis: Basis;
}

/** What is estimated, before it is corrected by how such estimates have come true. */
export interface Estimate extends Standing {
  /** Milliseconds until it has its place; undefined as `expectedMs`. */
  placeMs: number | undefined;
}

/** Nobody is sent away for longer: by then things are otherwise. */
const MOST_SEC = 3600;

/** An expected time as the details of an error that tells to come again; nothing where unknown. */
export function retryAfter(expectedMs: number | undefined): { retryAfterSec?: number } {
  if (expectedMs === undefined) return {};
  return { retryAfterSec: Math.min(MOST_SEC, Math.max(1, Math.ceil(expectedMs / 1000))) };
}

/** What a request allows of its wait, in milliseconds. */
interface Allowed {
  deadlineMs?: number | undefined;
  maxExpectedMs?: number | undefined;
}

/**
 * A deadline is given up when even a part of the expected wait is more: most estimates are right
 * within a third, few by half.
 */
const CERTAIN_PART = 0.5;

/**
 * Refuses a request that would wait in vain. @throws ServiceError `wait_too_long`, with the expected
 * seconds.
 */
export function assertInTime({ expectedMs }: Standing, allowed: Allowed): void {
  if (expectedMs === undefined) return;
  const { deadlineMs = Infinity, maxExpectedMs = Infinity } = allowed;
  const isTooLong = expectedMs > maxExpectedMs;
  if (!isTooLong && expectedMs * CERTAIN_PART <= deadlineMs) return;
  const seconds = (ms: number): number => Math.ceil(ms / 100) / 10;
  const limit = isTooLong
    ? `${seconds(maxExpectedMs)} s, which X-Shared-Ollama-Max-Wait allows`
    : `the ${seconds(deadlineMs)} s that are left of its time`;
  throw new ServiceError(
    "wait_too_long",
    `The request would wait for about ${seconds(expectedMs)} s, longer than ${limit}`,
    { ...retryAfter(expectedMs), fields: { expected_wait: seconds(expectedMs) } },
  );
}
