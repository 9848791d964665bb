import type { ErrorCode } from "../errors/codes.ts";
import type { ServiceError } from "../errors/service-error.ts";
import { cutText } from "./error-fields.ts";

/** What one line of the log says of refused requests. */
export interface Refusals {
  code: ErrorCode;
  /** How many were refused since the last line. */
  refused: number;
  /** Message and cause of the last refusal. */
  reason: string;
  cause?: string;
  /** The last of them. */
  request_id: string;
}

interface RefusalLogOptions {
  write: (refusals: Refusals) => void;
  everyMs?: number;
}

const EVERY_MS = 1000;
const REASON_CHARS = 500;

/**
 * Counts refused requests, and logs how many they were once a second: while the inference server is
 * away thousands are refused, and each is in the log of requests already.
 */
export class RefusalLog {
  readonly #options: RefusalLogOptions;
  readonly #counted = new Map<ErrorCode, Refusals>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: RefusalLogOptions) {
    this.#options = options;
  }

  /** Counts a refused request. */
  add(err: ServiceError, requestId: string): void {
    const cause = err.cause instanceof Error ? err.cause.message : undefined;
    this.#counted.set(err.code, {
      code: err.code,
      refused: (this.#counted.get(err.code)?.refused ?? 0) + 1,
      reason: cutText(err.message, REASON_CHARS),
      ...(cause === undefined ? {} : { cause: cutText(cause, REASON_CHARS) }),
      request_id: requestId,
    });
    this.#timer ??= setTimeout(() => this.flush(), this.#options.everyMs ?? EVERY_MS).unref();
  }

  /** Logs now what has been counted; before the log is closed. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const refusals of this.#counted.values()) this.#options.write(refusals);
    this.#counted.clear();
  }
}
