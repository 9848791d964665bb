import { sseFrame } from "../../../src/dialects/native-frames.ts";
import { jsonLine } from "../../../src/runtime/json-line.ts";
import type { BatchCount, ItemResult } from "./run-batch.ts";

/** How a batch's stream is written. */
export type BatchStream = "ndjson" | "events";

interface FrameOptions {
  stream: BatchStream;
  /** What the last part tells of a batch that was called off; throws for one whose client has left. */
  onFailure: (err: unknown) => object;
}

/**
 * A batch as a stream: each item's result when it is there, with `completed` items so far of
 * `total_requests`; the figures of the batch, with `done: true`, at the end. Events end with
 * OpenAI's `[DONE]`.
 */
export async function* batchFrames(
  results: AsyncGenerator<ItemResult>,
  count: BatchCount,
  { stream, onFailure }: FrameOptions,
): AsyncGenerator<string> {
  const write = stream === "events" ? sseFrame : ndjsonLine;
  yield NOTHING[stream];
  let failure: object = {};
  try {
    for await (const result of results) {
      count.add(result);
      const { total_requests } = count.figures();
      yield write({ ...result, completed: count.completed, total_requests, done: false });
    }
  } catch (err) {
    failure = onFailure(err);
  }
  yield write({ ...count.figures(), ...failure, done: true });
  if (stream === "events") yield "data: [DONE]\n\n";
}

/**
 * Bytes without a meaning. Bun sends an answer's head with the first of them, and the first
 * result may be minutes away.
 */
const NOTHING: Record<BatchStream, string> = { events: ":\n\n", ndjson: " " };

function ndjsonLine(value: unknown): string {
  return `${jsonLine(value)}\n`;
}
