import { EngineError } from "../errors.ts";

const MAX_TOP_LOGPROBS = 20;

/**
 * Reads `logprobs` and `top_logprobs`: how many alternatives to rate beside each token of the
 * answer; `undefined`: rate no token.
 * @throws {EngineError} 400 with Ollama's text.
 */
export function decodeLogprobs(wanted = false, top = 0): number | undefined {
  if (top < 0 || top > MAX_TOP_LOGPROBS) {
    throw new EngineError(400, "top_logprobs must be between 0 and 20");
  }
  return wanted ? top : undefined;
}
