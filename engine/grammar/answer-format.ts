import { EngineError } from "../errors.ts";
import { isJsonObject } from "../json/go-json.ts";
import { type AnswerGrammar, jsonGrammar, schemaGrammar } from "./answer-grammar.ts";

/** Characters of an invalid format that an error shows; it may be as long as a body. */
const SHOWN_CHARS = 500;

/**
 * Reads `format`: the grammar of the answer, `undefined` for free text.
 * @throws {EngineError} 500 with Ollama's text for what is no format, 400 for a JSON Schema that
 * cannot be enforced.
 */
export function decodeFormat(value: unknown): AnswerGrammar | undefined {
  if (value === undefined || value === null || value === "") return undefined;
  if (value === "json") return jsonGrammar();
  if (isJsonObject(value)) return schemaGrammar(value);
  const bare = typeof value === "string" ? value.slice(0, SHOWN_CHARS) : value;
  const shown = JSON.stringify(JSON.stringify(bare).slice(0, SHOWN_CHARS)).slice(1, -1);
  const expected = `expected "json" or a valid JSON Schema object`;
  throw new EngineError(500, `invalid format: "${shown}"; ${expected}`);
}
