import { EngineError } from "../errors.ts";

/** A model's name as a client writes it: Ollama's parts and a scheme have fewer characters. */
export const MAX_NAME_CHARS = 512;

/**
 * How many of a kind one request may hold. They are counted before the first is looked at, as all
 * are looked at in one go, and nothing else runs meanwhile.
 */
export const LIMITS = {
  /** Also for texts to embed, and parts of messages. */
  messages: 10_000,
  tools: 1_024,
  /** Calls of one message. */
  toolCalls: 1_024,
  /** Images of one message. */
  images: 1_024,
  /** Every token of an answer is looked through for each of them. */
  stops: 1_024,
  options: 1_024,
  /** Each one becomes a file. */
  licenses: 64,
  /** Tokens of the longest contexts there are. */
  tokens: 1 << 20,
} as const;

/** @throws {EngineError} 400 when there are more than `most`. */
export function requireAtMost(count: number, most: number, what: string): void {
  if (count > most) throw new EngineError(400, `more than ${most} ${what} in one request`);
}
