type RegistryErrorOptions = {
  retryable?: boolean;
  waitMs?: number;
  status?: number;
  cause?: unknown;
};

/** A registry did not give what it was asked for; the message says what and why. */
export class RegistryError extends Error {
  /** Whether the same request may do better in a while. */
  readonly retryable: boolean;
  /** What the registry asks to wait. */
  readonly waitMs: number;
  /** Of the answer, where there was one. */
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

/** The manifest could not be had: nothing was downloaded. */
export class ManifestError extends RegistryError {}

/** What fetch says where the cause says more. */
const BARE = new Set(["fetch failed", "terminated", ""]);

/** Longer than any sentence of ours; what servers and libraries say may have any length. */
const MAX_REASON_CHARS = 1_000;
/** OpenSSL's line: a code, the library, the function, the reason, then a place in its source. */
const OPENSSL = /error:[\da-f]{8}:[^:]*:[^:]*:([^:\n]+)/i;

/** What went wrong, in one line that names nothing of how this program was built. */
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

/** Whether it failed because the registry could not be reached. */
export function isUnreachable(err: unknown): boolean {
  if (err instanceof UnreachableError) return true;
  return err instanceof Error && err.cause !== undefined && isUnreachable(err.cause);
}
