import { EngineError } from "../errors.ts";
import { LIMITS, requireAtMost } from "./limits.ts";

/**
 * Reads `input` of an embedding: a text, a list of texts, or nothing.
 * @throws {EngineError} 400 with Ollama's text.
 */
export function decodeEmbedInput(value: unknown): string[] {
  if (value === undefined || value === "") return [];
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) requireAtMost(value.length, LIMITS.messages, "texts");
  if (!Array.isArray(value) || !value.every((item) => typeof item === "string")) {
    throw new EngineError(400, "invalid input type");
  }
  return value;
}
