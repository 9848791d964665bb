/** Writes one event. The supervisor reads events as one JSON object a line. */
export type Emit = (event: string, fields?: Record<string, unknown>) => void;

/** An `Emit` that writes JSON lines with `write`. */
export function createEmit(write: (line: string) => void): Emit {
  return (event, fields = {}) => write(`${JSON.stringify({ event, ...fields })}\n`);
}
