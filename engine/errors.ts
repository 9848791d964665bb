/** What a sentence quotes may have any length; the sentence has not. */
const MAX_CHARS = 2_000;

/** A refusal with the status and the exact text a client sees; thrown where the fact is known. */
export class EngineError extends Error {
  readonly status: number;

  constructor(status: number, message: string, options: { cause?: unknown } = {}) {
    super(shortened(message), options);
    this.name = "EngineError";
    this.status = status;
  }
}

/**
 * What is not an `EngineError` is a fault of the engine: status 500 with the fault's own text, as
 * Ollama does, but for the file's place that the system's errors name.
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

/** A text for a client or a log, cut where it is longer than any sentence. */
export function shortened(text: string): string {
  return text.length > MAX_CHARS ? `${text.slice(0, MAX_CHARS)}…` : text;
}

/**
 * The refusal of something Ollama does and this engine does not; `advice` says what to do instead.
 */
export function unsupported(feature: string, advice: string): EngineError {
  return new EngineError(400, `${feature} is not offered by the built-in engine: ${advice}`);
}

/** The way out that holds for everything the engine leaves to a real Ollama. */
export const INSTALL_OLLAMA =
  "install Ollama (https://ollama.com/download), which is then used instead";
