import type { OllamaAnswer } from "../inference/answers.ts";
import type { KeptAnswer, RunOutcome } from "./run-outcome.ts";
import { objectOf } from "../runtime/object-of.ts";
import { joined, reasonNotToStore } from "./stored-answer.ts";

/** An answer's head, as the inference server sent it. */
export interface RawHead {
  status: number;
  contentType: string;
  /** Where a redirect leads; the client follows it. */
  location?: string | undefined;
}

/** An answer as it was sent, to be sent again. */
export interface RawAnswer extends KeptAnswer {
  contentType: string;
  body: string;
}

/** What is kept of an answer whose bytes are all there. */
export function rawOutcome({ status, contentType }: RawHead, chunks: Uint8Array[]): RunOutcome {
  if (status !== 200) return { reason: "failed" };
  const answer: RawAnswer = { contentType, body: Buffer.concat(chunks).toString("utf8") };
  const reason = reasonNotToStore(readRaw(answer));
  return reason === undefined ? { answer } : { reason };
}

/** A raw answer as Ollama would have given it without a stream, whatever its dialect. */
export function readRaw({ contentType, body }: RawAnswer): OllamaAnswer {
  try {
    if (contentType.startsWith("text/event-stream")) return fromChunks(events(body));
    if (contentType.startsWith("application/x-ndjson")) {
      return joined(body.split("\n").filter(Boolean).map(parsed));
    }
    const answer = parsed(body);
    return "choices" in answer ? fromChunks([answer]) : answer;
  } catch {
    // What cannot be read is not kept.
    return {};
  }
}

/** The data of server-sent events; nothing where they do not end as OpenAI's do. */
function events(body: string): Record<string, unknown>[] {
  const data = body
    .split("\n")
    .filter((line) => line.startsWith("data:"))
    .map((line) => line.slice("data:".length).trim());
  return data.pop() === "[DONE]" ? data.map(parsed) : [];
}

/** OpenAI's chunks, or its whole answer as the only one; answers of several choices are not kept. */
function fromChunks(chunks: Record<string, unknown>[]): OllamaAnswer {
  let content = "";
  let finish: unknown;
  const calls: unknown[] = [];
  for (const chunk of chunks) {
    const choices = chunk["choices"];
    if (!Array.isArray(choices) || choices.length > 1 || "error" in chunk) return {};
    const choice = objectOf(choices[0]);
    const message = objectOf(choice["delta"] ?? choice["message"]);
    for (const text of [message["content"], choice["text"]]) {
      if (typeof text === "string") content += text;
    }
    if (Array.isArray(message["tool_calls"])) calls.push(...(message["tool_calls"] as unknown[]));
    finish = choice["finish_reason"] ?? finish;
  }
  const done = typeof finish === "string";
  return { done, done_reason: finish, message: { content, tool_calls: calls } };
}

function parsed(json: string): Record<string, unknown> {
  return objectOf(JSON.parse(json));
}
