import { EngineError } from "../errors.ts";

/** llama.cpp's prefix of the reason. The lines after it only repeat that loading failed. */
const REASON = /error loading model:\s*(.+)/;

/** A failed load as an error for a client, with llama.cpp's own reason where it gave one. */
export function loadFailure(err: unknown, errorLines: readonly string[]): EngineError {
  if (err instanceof EngineError) return err;
  const [reason] = errorLines.flatMap((text) => REASON.exec(text)?.[1] ?? []);
  const said = reason ?? errorLines[0] ?? (err instanceof Error ? err.message : String(err));
  return new EngineError(500, `unable to load model: ${said}`, { cause: err });
}
