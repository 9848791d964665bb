import type { RequestRecord } from "../requests/request-record.ts";
import type { Basis } from "../scheduling/waits/hold-times.ts";
import { sseFrame } from "./native-frames.ts";

/** What a request waits for, as its client is told. */
interface WaitStatus {
  waiting_for: "preparation" | "place" | "model" | "answer";
  /** Its number in the queue, from 1. */
  position?: number;
  /** How much longer it will wait for its place and its model, in milliseconds, where that is known. */
  expected_wait_ms?: number;
  /** By what that is expected, of a wait for a place. */
  basis?: Basis;
  /** Since when it waits for that, as ISO 8601 has it. */
  since: string;
  /** Milliseconds since the request came. */
  waited_ms: number;
}

/** What a request waits for now. */
export function waitStatus(record: RequestRecord): WaitStatus {
  const { what, since, position, expectedMs, basis } = record.call.waiting;
  // A call that others share may be older than the request.
  const sinceMs = Math.max(0, (since ?? record.startedAt) - record.startedAt);
  return {
    waiting_for: what,
    ...(position === undefined ? {} : { position }),
    ...(expectedMs === undefined ? {} : { expected_wait_ms: Math.round(expectedMs) }),
    ...(basis === undefined ? {} : { basis }),
    since: new Date(record.startedAtMs + sinceMs).toISOString(),
    waited_ms: Math.round(record.elapsedMs),
  };
}

/** A notice of the native stream: a piece without text. */
export function nativeNotice(record: RequestRecord, { role }: { role: boolean }): string {
  return sseFrame({
    chunk: "",
    ...(role ? { role: "assistant" } : {}),
    model: record.model,
    request_id: record.id,
    done: false,
    status: waitStatus(record),
  });
}

const WORDS = {
  preparation: "being prepared",
  place: "waiting for a place in the queue",
  model: "waiting for the model, which is being loaded",
  answer: "waiting for the first piece of the answer",
};

/** A notice of OpenAI's stream: a comment, which clients skip. */
export function openaiNotice(record: RequestRecord): string {
  const status = waitStatus(record);
  const { waiting_for: what, position, waited_ms: waitedMs, expected_wait_ms: moreMs } = status;
  const number = position === undefined ? "" : ` (number ${position})`;
  const more = moreMs === undefined ? "" : `, about ${Math.round(moreMs / 1000)} s more`;
  return `: ${WORDS[what]}${number}, ${Math.round(waitedMs / 1000)} s so far${more}\n\n`;
}
