import { z } from "zod";
import { serverEvents } from "./server-events.ts";

const Status = z.object({
  waiting_for: z.string(),
  position: z.int().optional(),
  expected_wait_ms: z.number().optional(),
});

const Part = z.object({
  chunk: z.string().default(""),
  model: z.string().default(""),
  done: z.boolean().default(false),
  status: Status.optional(),
  error: z.string().optional(),
  code: z.string().optional(),
  latency_ms: z.number().optional(),
  generation_eval_count: z.int().nullish(),
  truncated: z.object({ kept: z.int().nullable() }).optional(),
  schema_valid: z.boolean().optional(),
});

/** What a request that has not begun to be answered waits for. */
export type WaitStatus = z.infer<typeof Status>;

/** How an answer has ended. */
export interface AnswerEnd {
  model: string;
  tokens: number | undefined;
  latencyMs: number | undefined;
  /** The prompt did not fit, and a part of it was left out. */
  truncated: boolean;
  schemaValid: boolean | undefined;
}

/** A part of an answer as it comes. */
export type AnswerPart =
  | { kind: "text"; text: string }
  | { kind: "waiting"; status: WaitStatus }
  | { kind: "failed"; message: string; code: string }
  | { kind: "end"; end: AnswerEnd };

/**
 * The parts of a streamed answer of `/api/v1/{generate,chat,vlm}`. The last is an end or a failure.
 * @throws Error for what is no such answer; what reading throws.
 */
export async function* answerParts(body: AsyncIterable<Uint8Array>): AsyncGenerator<AnswerPart> {
  for await (const data of serverEvents(body)) {
    if (data === "[DONE]") return;
    const part = Part.parse(JSON.parse(data));
    if (part.error !== undefined) {
      yield { kind: "failed", message: part.error, code: part.code ?? "" };
      return;
    }
    if (part.chunk !== "") yield { kind: "text", text: part.chunk };
    if (part.status) yield { kind: "waiting", status: part.status };
    if (!part.done) continue;
    yield { kind: "end", end: endOf(part) };
    return;
  }
  throw new Error("The answer broke off: ask again");
}

function endOf(part: z.infer<typeof Part>): AnswerEnd {
  return {
    model: part.model,
    tokens: part.generation_eval_count ?? undefined,
    latencyMs: part.latency_ms,
    truncated: part.truncated !== undefined,
    schemaValid: part.schema_valid,
  };
}

const WAITING_FOR: Readonly<Record<string, string>> = {
  preparation: "preparing",
  place: "waiting",
  model: "loading the model",
  answer: "waiting for the same answer",
};

/** What is waited for, in a few words. */
export function waitInWords({ waiting_for, position, expected_wait_ms }: WaitStatus): string {
  const what = WAITING_FOR[waiting_for] ?? "waiting";
  const place = waiting_for === "place" && position !== undefined ? `, number ${position}` : "";
  if (expected_wait_ms === undefined) return `${what}${place}`;
  return `${what}${place}, about ${Math.max(1, Math.round(expected_wait_ms / 1000))} s`;
}
