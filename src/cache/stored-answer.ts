import type { OllamaAnswer } from "../inference/answers.ts";
import { textOf } from "../inference/answer-text.ts";
import { truncatedField } from "../inference/truncation.ts";
import { objectOf } from "../runtime/object-of.ts";

/** Why an answer is not kept; undefined when it may be. */
export function reasonNotToStore(answer: OllamaAnswer): string | undefined {
  if (answer["done"] !== true) return "incomplete";
  const reason = answer["done_reason"];
  if (reason !== "stop") return reason === "length" ? "truncated" : "not_an_answer";
  if (answer["schema_valid"] === false) return "schema_mismatch";
  // It answers less than was asked; with a larger context there would be another.
  if (truncatedField(answer).truncated) return "prompt_truncated";
  const message = objectOf(answer["message"]);
  if (Array.isArray(message["tool_calls"]) && message["tool_calls"].length > 0) return "tool_call";
  return textOf(answer) === "" ? "empty" : undefined;
}

/** The thinking before an answer; empty where there is none. */
export function thinkingText(answer: OllamaAnswer): string {
  return textIn(answer["thinking"]) + textIn(objectOf(answer["message"])["thinking"]);
}

/** Figures of the run that made the answer; of a replay they would not be true. */
const OF_THE_RUN = new Set([
  "created_at",
  "load_duration",
  "total_duration",
  "prompt_eval_duration",
  "eval_duration",
  // Ollama's generate: the tokens, as long as the text.
  "context",
]);

/** An answer as it is kept: whole, as Ollama gives it without a stream. */
export function stored(answer: OllamaAnswer): OllamaAnswer {
  return Object.fromEntries(Object.entries(answer).filter(([name]) => !OF_THE_RUN.has(name)));
}

/** The lines of a stream as one answer, as Ollama would have given it without a stream. */
export function joined(lines: OllamaAnswer[]): OllamaAnswer {
  const last = lines.at(-1) ?? {};
  const texts = { content: "", thinking: "", response: "" };
  const calls: unknown[] = [];
  for (const line of lines) {
    const message = objectOf(line["message"]);
    texts.content += textIn(message["content"]);
    texts.thinking += thinkingText(line);
    texts.response += textIn(line["response"]);
    if (Array.isArray(message["tool_calls"])) calls.push(...(message["tool_calls"] as unknown[]));
  }
  const thinking = texts.thinking === "" ? {} : { thinking: texts.thinking };
  if ("response" in last) return { ...last, response: texts.response, ...thinking };
  const message = {
    ...objectOf(last["message"]),
    content: texts.content,
    ...thinking,
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
  };
  return { ...last, message };
}

/** A kept answer as a stream: all of its text, then the line that ends it. */
export function* replayed(answer: OllamaAnswer): Generator<OllamaAnswer> {
  const { message, response, thinking, ...last } = answer;
  const { done: _done, done_reason: _reason, ...common } = last;
  if (message === undefined) {
    yield { ...common, response, ...(thinking === undefined ? {} : { thinking }), done: false };
    yield { ...last, response: "" };
    return;
  }
  yield { ...common, message, done: false };
  yield { ...last, message: { role: "assistant", content: "" } };
}

function textIn(value: unknown): string {
  return typeof value === "string" ? value : "";
}
