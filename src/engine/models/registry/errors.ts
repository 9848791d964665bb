type RegistryErrorOptions = {
  passing?: boolean;
  waitMs?: number;
  status?: number;
  cause?: unknown;
};

/** A registry did not give what it was asked for; the message says what and why. */
export class RegistryError extends Error {
  /** Whether the same request may do better in a while. */
  readonly passing: boolean;
  /** What the registry asks to wait. */
  readonly waitMs: number;
  /** Of the answer, where there was one. */
  readonly status: number | undefined;

  constructor(message: string, options: RegistryErrorOptions = {}) {
    const { passing = false, waitMs = 0, status, cause } = options;
    super(message, { cause });
    this.status = status;
    this.passing = passing;
    this.waitMs = waitMs;
  }
}

/** The registry could not be reached at all. */
export class UnreachableError extends RegistryError {}

/** The manifest could not be had: nothing was downloaded. */
export class ManifestError extends RegistryError {}

/** What fetch says where the cause says more. */
const BARE = new Set(["fetch failed", "terminated", ""]);

/** What went wrong, in one line. */
export function reasonOf(err: unknown): string {
  if (!(err instanceof Error)) return String(err);
  if (!BARE.has(err.message)) return err.message;
  if (err.cause !== undefined) return reasonOf(err.cause);
  const { code } = err as NodeJS.ErrnoException;
  return code ?? err.name;
}

/** Whether it failed because the registry could not be reached. */
export function isUnreachable(err: unknown): boolean {
  if (err instanceof UnreachableError) return true;
  return err instanceof Error && err.cause !== undefined && isUnreachable(err.cause);
}
