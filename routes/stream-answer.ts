import type { StatusCode } from "hono/utils/http-status";
import type { AppContext } from "../middleware/env.ts";

interface StreamHead {
  status?: number;
  headers: Record<string, string>;
}

/**
 * Answers with pieces as they are made; the request's record ends with the last. Of an answer to HEAD
 * none is made.
 */
export function streamAnswer(
  c: AppContext,
  { status = 200, headers }: StreamHead,
  pieces: AsyncGenerator<string | Uint8Array>,
): Response {
  const record = c.get("record");
  const exchange = c.get("exchange");
  if (exchange.method === "HEAD") {
    // Bun asks for no piece of a body that it does not send: the answer would never end.
    pieces.return(undefined).catch(() => {});
    return c.body(null, status as StatusCode, headers);
  }
  record.isOpen = true;
  const timing = record.serverTiming(false);
  const answer = exchange.stream({
    status,
    headers: [
      ...Object.entries(headers).flat(),
      // nginx would hold pieces back.
      ...["X-Accel-Buffering", "no"],
      ...c.get("addedHeaders"),
      ...record.waitHeaders,
      ...(timing === "" ? [] : ["Server-Timing", timing]),
    ],
    pieces,
    heldUp: record.call.heldUp,
    onEnd: (bytes, complete) => record.end({ status, bytes, complete }),
  });
  // They are in the head: nothing adds them again.
  c.set("addedHeaders", []);
  return answer;
}

/** The head of a stream that the service makes itself. */
export function streamHead(type: "text/event-stream" | "application/x-ndjson"): StreamHead {
  return { headers: { "Content-Type": `${type}; charset=utf-8`, "Cache-Control": "no-cache" } };
}
