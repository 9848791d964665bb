import type { AppContext } from "../../middleware/env.ts";
import { textStream } from "../../src/runtime/streams.ts";

/** Answers with server-sent events; the request's record ends with the last of them. */
export function streamAnswer(c: AppContext, frames: AsyncGenerator<string>): Response {
  const record = c.get("record");
  record.isOpen = true;
  const body = textStream(frames, (bytes, complete) =>
    record.end({ status: 200, bytes, complete }),
  );
  return c.body(body, 200, {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-cache",
    // nginx would hold events back.
    "X-Accel-Buffering": "no",
  });
}
