import { ServiceError } from "./service-error.ts";

/** A request was called off since its client has gone. Nobody reads the answer. */
export class ClientLeft extends Error {
  constructor() {
    super("the client left");
    this.name = "ClientLeft";
  }
}

/** A request was stopped since it took longer than it may. */
export class HardStop extends ServiceError {
  constructor(limitMs: number) {
    const message = `The request took longer than ${Math.round(limitMs / 1000)} s and was stopped`;
    super("request_timeout", message);
  }
}

/** A place was taken from a request that had lost it: a mistake of ours. */
export class PlaceLost extends Error {
  constructor() {
    super("the place was held by nobody");
    this.name = "PlaceLost";
  }
}

/** Whether this is an abort: a client that left, or work of ours that was called off. */
export function isAbort(err: unknown): boolean {
  return err instanceof Error && (err.name === "AbortError" || err.name === "ClientLeft");
}
