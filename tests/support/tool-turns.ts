import type { FakeOllama } from "./fake-ollama.ts";

/** What a model says at once: text, or calls as Ollama has them. */
export type Piece = string | { calls: readonly object[] } | { thinking: string };

/** One answer of a model. */
export interface Turn {
  pieces: readonly Piece[];
  /** Default stop. */
  doneReason?: string;
}

const FIGURES = {
  total_duration: 5_000_000,
  load_duration: 0,
  prompt_eval_count: 7,
  eval_count: 2,
};

/**
 * Has the fake's chat play these turns, one for each request, whole or as lines; the last one again
 * and again. What it is asked is checked by whoever reads `received`.
 */
export function playTurns(ollama: FakeOllama, ...turns: readonly Turn[]): void {
  let next = 0;
  ollama.script("/api/chat", ({ body }, response) => {
    const { model, stream } = JSON.parse(body.toString()) as { model: string; stream: boolean };
    const turn = turns[Math.min(next, turns.length - 1)];
    next += 1;
    if (!turn) throw new RangeError("no turn to play");
    const head = { model, created_at: "2026-01-01T00:00:00Z" };
    const end = { done: true, done_reason: turn.doneReason ?? "stop", ...FIGURES };
    if (!stream) {
      response.setHeader("Content-Type", "application/json");
      response.end(JSON.stringify({ ...head, message: joined(turn.pieces), ...end }));
      return;
    }
    response.setHeader("Content-Type", "application/x-ndjson");
    const messages = turn.pieces.map((piece) => ({ message: joined([piece]), done: false }));
    const lines = [...messages, { message: joined([]), ...end }];
    response.end(lines.map((line) => `${JSON.stringify({ ...head, ...line })}\n`).join(""));
  });
}

function joined(pieces: readonly Piece[]): object {
  const texts = pieces.filter((piece) => typeof piece === "string");
  const calls = pieces.flatMap((piece) =>
    typeof piece === "object" && "calls" in piece ? piece.calls : [],
  );
  const thinking = pieces.flatMap((piece) =>
    typeof piece === "object" && "thinking" in piece ? [piece.thinking] : [],
  );
  return {
    role: "assistant",
    content: texts.join(""),
    ...(thinking.length > 0 ? { thinking: thinking.join("") } : {}),
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
  };
}
