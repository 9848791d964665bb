import type { ErrorCode } from "./codes.ts";
import { ServiceError } from "./service-error.ts";

interface Failure {
  /** The code and the message for the service's own routes. */
  code: ErrorCode;
  message: string;
  /** The request's field at fault. */
  param?: string;
}

const NOT_IMPLEMENTED = 501;

/**
 * An answer of the inference server that is no success, with the server's own words. The status is
 * the server's, which is told on its own paths; the service's routes go by the code.
 */
export class ServerFailure extends ServiceError {
  readonly serverStatus: number;

  constructor(serverStatus: number, { code, message, param }: Failure) {
    super(code, message, param === undefined ? {} : { param });
    this.name = "ServerFailure";
    this.serverStatus = serverStatus;
  }

  /** Whether the server has refused the call as such, and tried nothing. */
  get isRefusal(): boolean {
    return this.serverStatus < 500 || this.serverStatus === NOT_IMPLEMENTED;
  }
}
