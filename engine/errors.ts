/** The longest message, in characters: what a message quotes may have any length. */
const MAX_CHARS = 2_000;

/**
 * A refusal with the status and the exact text that the client sees. It is thrown where the fact is
 * known.
 */
export class EngineError extends Error {
  readonly status: number;

  constructor(status: number, message: string, options: { cause?: unknown } = {}) {
    super(shortened(message), options);
    this.name = "EngineError";
    this.status = status;
  }
}

/**
 * The error for a client. Anything but an `EngineError` is a fault of the engine: status 500 with
 * the fault's own text, as in Ollama, without the path that errors of the file system name.
 */
export function toEngineError(err: unknown): EngineError {
  if (err instanceof EngineError) return err;
  const text = err instanceof Error ? err.message : String(err);
  return new EngineError(500, isOfFile(err) ? text.replace(/, \w+(?: '.*)?$/s, "") : text, {
    cause: err,
  });
}

function isOfFile(err: unknown): boolean {
  return err instanceof Error && "syscall" in err && "path" in err;
}

/** A text for a client or a log, cut to the longest message. */
export function shortened(text: string): string {
  return text.length > MAX_CHARS ? `${text.slice(0, MAX_CHARS)}…` : text;
}

/**
 * The refusal of a feature that Ollama has and this engine has not; `advice` says what to do
 * instead.
 */
export function unsupported(feature: string, advice: string): EngineError {
  return new EngineError(400, `${feature} is not offered by the built-in engine: ${advice}`);
}

/** The advice that holds for every unsupported feature. */
export const INSTALL_OLLAMA =
  "install Ollama (https://ollama.com/download), which is then used instead";
