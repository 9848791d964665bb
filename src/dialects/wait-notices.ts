import type { RequestRecord } from "../requests/request-record.ts";
import { sseFrame } from "./native-frames.ts";

/** What a request waits for, as its client is told. */
interface WaitStatus {
  waiting_for: "preparation" | "place" | "model" | "answer";
  /** Its number in the queue, from 1. */
  position?: number;
  /** Since when it waits for that, as ISO 8601 has it. */
  since: string;
  /** Milliseconds since the request came. */
  waited_ms: number;
}

/** What a request waits for now. */
export function waitStatus(record: RequestRecord): WaitStatus {
  const { what, since, position } = record.call.waiting;
  // A call that others share may be older than the request.
  const sinceMs = Math.max(0, (since ?? record.startedAt) - record.startedAt);
  return {
    waiting_for: what,
    ...(position === undefined ? {} : { position }),
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
  const { waiting_for: what, position, waited_ms: waitedMs } = waitStatus(record);
  const number = position === undefined ? "" : ` (number ${position})`;
  return `: ${WORDS[what]}${number}, ${Math.round(waitedMs / 1000)} s so far\n\n`;
}
