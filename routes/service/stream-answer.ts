import type { AppContext } from "../../middleware/env.ts";
import { bodyStream } from "../../src/http/streams.ts";

/** Answers with events or lines as they are made; the request's record ends with the last. */
export function streamAnswer(
  c: AppContext,
  type: "text/event-stream" | "application/x-ndjson",
  pieces: AsyncGenerator<string>,
): Response {
  const record = c.get("record");
  record.isOpen = true;
  const body = bodyStream(
    pieces,
    (bytes, complete) => record.end({ status: 200, bytes, complete }),
    c.get("exchange"),
  );
  return c.body(body, 200, {
    "Content-Type": `${type}; charset=utf-8`,
    "Cache-Control": "no-cache",
    // nginx would hold events back.
    "X-Accel-Buffering": "no",
  });
}
