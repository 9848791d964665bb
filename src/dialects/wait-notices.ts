import type { ShownRequest } from "./shown-request.ts";
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
export function waitStatus(request: ShownRequest): WaitStatus {
  const { what, since, position, expectedMs, basis } = request.call.waiting;
  // A call that others share may be older than the request.
  const sinceMs = Math.max(0, (since ?? request.startedAt) - request.startedAt);
  return {
    waiting_for: what,
    ...(position === undefined ? {} : { position }),
    ...(expectedMs === undefined ? {} : { expected_wait_ms: Math.round(expectedMs) }),
    ...(basis === undefined ? {} : { basis }),
    since: new Date(request.startedAtMs + sinceMs).toISOString(),
    waited_ms: Math.round(request.elapsedMs),
  };
}

/** A notice of the native stream: a piece without text. */
export function nativeNotice(request: ShownRequest, { role }: { role: boolean }): string {
  return sseFrame({
    chunk: "",
    ...(role ? { role: "assistant" } : {}),
    model: request.model,
    request_id: request.id,
    done: false,
    status: waitStatus(request),
  });
}

const WORDS = {
  preparation: "being prepared",
  place: "waiting for a place in the queue",
  model: "waiting for the model, which is being loaded",
  answer: "waiting for the first piece of the answer",
};

/** A notice of OpenAI's stream: a comment, which clients skip. */
export function openaiNotice(request: ShownRequest): string {
  const status = waitStatus(request);
  const { waiting_for: what, position, waited_ms: waitedMs, expected_wait_ms: moreMs } = status;
  const number = position === undefined ? "" : ` (number ${position})`;
  const more = moreMs === undefined ? "" : `, about ${Math.round(moreMs / 1000)} s more`;
  return `: ${WORDS[what]}${number}, ${Math.round(waitedMs / 1000)} s so far${more}\n\n`;
}
