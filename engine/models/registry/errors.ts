type RegistryErrorOptions = {
  retryable?: boolean;
  waitMs?: number;
  status?: number;
  cause?: unknown;
};

/** A request to a registry failed; the message says how and why. */
export class RegistryError extends Error {
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;
  /** How long the registry asks to wait, in milliseconds; 0 if it does not. */
  readonly waitMs: number;
  /** The status of the answer, if there was one. */
  readonly status: number | undefined;

  constructor(message: string, options: RegistryErrorOptions = {}) {
    const { retryable = false, waitMs = 0, status, cause } = options;
    super(message, { cause });
    this.status = status;
    this.retryable = retryable;
    this.waitMs = waitMs;
  }
}

/** The registry could not be reached at all. */
export class UnreachableError extends RegistryError {}

/** The manifest could not be fetched: nothing was downloaded. */
export class ManifestError extends RegistryError {}

/** Messages of fetch whose cause says more. */
const BARE = new Set(["fetch failed", "terminated", ""]);

/** Longer than any message of the engine. Messages of servers and libraries may have any length. */
const MAX_REASON_CHARS = 1_000;
/** OpenSSL's line: a code, the library, the function, the reason, then a place in its source. */
const OPENSSL = /error:[\da-f]{8}:[^:]*:[^:]*:([^:\n]+)/i;

/** The reason of an error in one line, without details of how this program was built. */
export function reasonOf(err: unknown): string {
  if (!(err instanceof Error)) return String(err).slice(0, MAX_REASON_CHARS);
  if (!BARE.has(err.message)) {
    const [, tls] = OPENSSL.exec(err.message) ?? [];
    return tls === undefined ? err.message.slice(0, MAX_REASON_CHARS) : `TLS failed: ${tls}`;
  }
  if (err.cause !== undefined) return reasonOf(err.cause);
  const { code } = err as NodeJS.ErrnoException;
  return code ?? err.name;
}

/** Whether an error means that the registry could not be reached. */
export function isUnreachable(err: unknown): boolean {
  if (err instanceof UnreachableError) return true;
  return err instanceof Error && err.cause !== undefined && isUnreachable(err.cause);
}
