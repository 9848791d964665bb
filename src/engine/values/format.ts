import { EngineError, INSTALL_OLLAMA, notOffered } from "../errors.ts";

/** How an answer is shaped: free text, or any JSON object. */
export type Format = "free" | "json";

/**
 * Reads `format`.
 * @throws {EngineError} 500 with Ollama's text for what is no format, 400 for a JSON schema.
 */
export function decodeFormat(value: unknown): Format {
  if (value === undefined || value === null || value === "") return "free";
  if (value === "json") return "json";
  if (typeof value === "object" && !Array.isArray(value)) {
    const advice = `ask for "json" and describe the fields in the prompt, or ${INSTALL_OLLAMA}`;
    throw notOffered("format with a JSON schema", advice);
  }
  const shown = JSON.stringify(JSON.stringify(value)).slice(1, -1);
  const expected = `expected "json" or a valid JSON Schema object`;
  throw new EngineError(500, `invalid format: "${shown}"; ${expected}`);
}
