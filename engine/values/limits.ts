import { EngineError } from "../errors.ts";

/** The longest model name of a client: Ollama's parts and a scheme have fewer characters. */
export const MAX_NAME_CHARS = 512;

/**
 * The most items of each kind in one request. They are counted before the first is read: all are
 * read in one go, and nothing else runs meanwhile.
 */
export const LIMITS = {
  /** Also for texts to embed, and parts of messages. */
  messages: 10_000,
  tools: 1_024,
  /** Calls of one message. */
  toolCalls: 1_024,
  /** Images of one message. */
  images: 1_024,
  /** Every token of an answer is searched for each of them. */
  stops: 1_024,
  options: 1_024,
  /** Each one becomes a file. */
  licenses: 64,
  /** The tokens of the longest known contexts. */
  tokens: 1 << 20,
} as const;

/** @throws {EngineError} 400 when there are more than `most`. */
export function requireAtMost(count: number, most: number, what: string): void {
  if (count > most) throw new EngineError(400, `more than ${most} ${what} in one request`);
}
