import { ServiceError } from "../errors/service-error.ts";

/** How much of a body is read. */
export interface BodyLimit {
  maxBytes: number;
  /** The setting that changes it. */
  setting: string;
}

/** The error for a body above its limit. */
export function tooLarge({ maxBytes, setting }: BodyLimit, actualBytes: number): ServiceError {
  return new ServiceError(
    "request_too_large",
    `The request's body is larger than ${maxBytes} bytes (${setting})`,
    { fields: { limit_bytes: maxBytes, actual_bytes: actualBytes } },
  );
}
