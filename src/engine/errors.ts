/** A refusal with the status and the exact text a client sees; thrown where the fact is known. */
export class EngineError extends Error {
  readonly status: number;

  constructor(status: number, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = "EngineError";
    this.status = status;
  }
}

/**
 * What is not an `EngineError` is a fault of the engine: status 500 with the fault's own text, as
 * Ollama does.
 */
export function toEngineError(err: unknown): EngineError {
  if (err instanceof EngineError) return err;
  const text = err instanceof Error ? err.message : String(err);
  return new EngineError(500, text, { cause: err });
}

/**
 * The refusal of something Ollama does and this engine does not; `advice` says what to do instead.
 */
export function notOffered(feature: string, advice: string): EngineError {
  return new EngineError(400, `${feature} is not offered by the built-in engine: ${advice}`);
}

/** The way out that holds for everything the engine leaves to a real Ollama. */
export const INSTALL_OLLAMA =
  "install Ollama (https://ollama.com/download), which is then used instead";
