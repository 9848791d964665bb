import { ServiceError } from "./service-error.ts";

/** A request was cancelled because its client has gone. The answer is not read. */
export class ClientLeft extends Error {
  constructor() {
    super("the client left");
    this.name = "ClientLeft";
  }
}

/** A request was stopped because it took longer than it may. */
export class HardStop extends ServiceError {
  /** @param details when another one can be expected to do better, where that is known. */
  constructor(limitMs: number, details: { retryAfterSec?: number } = {}) {
    const message = `The request took longer than ${Math.round(limitMs / 1000)} s and was stopped`;
    super("request_timeout", message, details);
  }
}

/** Somebody has called the request off. */
export class CalledOff extends ServiceError {
  constructor() {
    super("cancelled", "The request was cancelled");
  }
}

/** A place was revoked from a request that had lost it: a mistake of ours. */
export class PlaceLost extends Error {
  constructor() {
    super("the place was held by nobody");
    this.name = "PlaceLost";
  }
}

/** Whether this is an abort: a client that left, or cancelled work of ours. */
export function isAbort(err: unknown): err is Error {
  return err instanceof Error && (err.name === "AbortError" || err.name === "ClientLeft");
}
