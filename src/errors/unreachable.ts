import { ServiceError } from "./service-error.ts";

/** The error for an inference server that a call did not get through to. */
export function unreachable(cause: unknown): ServiceError {
  return new ServiceError("upstream_unavailable", "The inference server cannot be reached", {
    cause,
  });
}

/** The error for an answer whose end does not come. */
export function brokenOff(cause?: unknown): ServiceError {
  return new ServiceError("upstream_unavailable", "The inference server broke off its answer", {
    cause,
  });
}
