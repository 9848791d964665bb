import type { ForwardedHeaders } from "./hop-headers.ts";

/** A trace as it is carried on to an upstream. */
export interface CarriedTrace {
  /** Headers as name, value, name … */
  readonly headers: readonly string[];
}

/** The headers of the W3C's Trace Context. */
const TRACE_HEADERS = new Set(["traceparent", "tracestate"]);

/** The trace that a forwarded request carries; one that goes on anonymously carries none. */
export function carried(
  trace: CarriedTrace | undefined,
  which: ForwardedHeaders,
): CarriedTrace | undefined {
  return which === "anonymous" ? undefined : trace;
}

/** Whether a header of the client's is the trace's to say. */
export function isOfTrace(name: string): boolean {
  return TRACE_HEADERS.has(name.toLowerCase());
}
