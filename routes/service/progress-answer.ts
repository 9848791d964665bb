import type { AppContext } from "../../middleware/env.ts";
import { isAbort } from "../../src/errors/abort-reasons.ts";
import { renderError } from "../../src/errors/render.ts";
import { withEarlyEnd } from "../../src/http/early-end.ts";
import type { ModelProgress } from "../../src/models/changes/progress.ts";
import { jsonLine } from "../../src/runtime/json-line.ts";
import { streamAnswer, streamHead } from "../stream-answer.ts";

/**
 * Answers with the lines of a change as they come, the last of which may be an error.
 * @param onError told of a failure that can only be shown inside the stream.
 */
export function progressAnswer(
  c: AppContext,
  lines: AsyncGenerator<ModelProgress>,
  onError: (err: unknown, requestId: string) => void,
): Response {
  c.get("record").streamed = true;
  return streamAnswer(
    c,
    streamHead("application/x-ndjson"),
    withEarlyEnd(written(c, lines, onError), () => lines.return(undefined)),
  );
}

async function* written(
  c: AppContext,
  lines: AsyncGenerator<ModelProgress>,
  onError: (err: unknown, requestId: string) => void,
): AsyncGenerator<string> {
  const record = c.get("record");
  try {
    for await (const line of lines) yield `${jsonLine(line)}\n`;
  } catch (err) {
    // A client that has left is no failure.
    if (isAbort(err)) return;
    record.failed(err);
    onError(err, record.id);
    yield `${jsonLine(renderError(err, "service", record.id).body)}\n`;
  }
}
