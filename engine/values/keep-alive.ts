import { EngineError } from "../errors.ts";
import { DurationError, LONGEST_MS, parseGoDuration } from "./durations.ts";

/**
 * Milliseconds that a model stays after its last request; `Infinity` is forever, `undefined` leaves
 * the value as it is.
 */
export type KeepAliveMs = number | undefined;

const forever = (ms: number): number =>
  ms < 0 || ms >= LONGEST_MS ? Number.POSITIVE_INFINITY : ms;

/**
 * A request's `keep_alive`: a number of seconds, or a Go duration; negative is forever.
 * @throws {EngineError} 400 with Ollama's text.
 */
export function decodeKeepAlive(value: unknown): KeepAliveMs {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "number") return forever(value * 1_000);
  if (typeof value !== "string") {
    throw new EngineError(400, `Unsupported type: '${goKind(value)}'`);
  }
  try {
    return forever(parseGoDuration(value));
  } catch (err) {
    if (err instanceof DurationError) throw new EngineError(400, err.message, { cause: err });
    throw err;
  }
}

/**
 * The setting `OLLAMA_KEEP_ALIVE`: a duration or a number of seconds. A value that does not parse
 * means five minutes.
 */
export function keepAliveSetting(text: string | undefined): number {
  const trimmed = (text ?? "").trim();
  if (trimmed === "") return 300_000;
  if (/^[-+]?\d+$/.test(trimmed)) return forever(Number(trimmed) * 1_000);
  try {
    return forever(parseGoDuration(trimmed));
  } catch {
    return 300_000;
  }
}

function goKind(value: unknown): string {
  if (typeof value === "boolean") return "bool";
  return Array.isArray(value) ? "[]interface {}" : "map[string]interface {}";
}
