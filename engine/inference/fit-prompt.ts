import type { Token } from "node-llama-cpp";
import { EngineError } from "../errors.ts";
import type { ModelOptions } from "../values/options.ts";

const TOO_LONG = "the input length exceeds the context length";

type Fit = { readonly options: ModelOptions; readonly truncate: boolean };

/** `longestToken`: the most characters of one token. */
type FitText = Fit & { readonly longestToken: number };

/** Whether a text is too long for the context, whatever its tokens are. */
export function isTooLong(
  text: string,
  { options, longestToken }: Omit<FitText, "truncate">,
): boolean {
  return text.length > room(options.num_ctx) * longestToken;
}

/**
 * Cuts out of the middle of a text what cannot become part of the prompt. Tokenizing can take time
 * by the square of a text's length, and nothing else runs meanwhile.
 * @throws {EngineError} 400 when it is too long and may not be truncated.
 */
export function fitText(text: string, fit: FitText): string {
  if (!isTooLong(text, fit)) return text;
  if (!fit.truncate) throw new EngineError(400, TOO_LONG);
  const { num_ctx, num_keep } = fit.options;
  const keep = Math.min(Math.max(0, num_keep), room(num_ctx)) * fit.longestToken;
  const end = Math.max(keep, text.length - room(num_ctx) * fit.longestToken);
  return text.slice(0, keep) + text.slice(end);
}

/**
 * Cuts the middle out of a prompt that does not fit: the first `num_keep` tokens and the end stay.
 * @throws {EngineError} 400 unless it may be truncated, and when there is nothing in it.
 */
export function fitPrompt(
  tokens: readonly Token[],
  { options: { num_ctx, num_keep }, truncate }: Fit,
): readonly Token[] {
  if (tokens.length === 0) throw new EngineError(400, "no input provided");
  if (fitsContext(tokens, num_ctx)) return tokens;
  if (!truncate) throw new EngineError(400, TOO_LONG);
  const keep = Math.min(Math.max(0, num_keep), room(num_ctx) - 1);
  const discard = tokens.length - room(num_ctx);
  return [...tokens.slice(0, keep), ...tokens.slice(keep + discard)];
}

/** Whether a prompt of these tokens fits the context. */
export function fitsContext(tokens: readonly Token[], num_ctx: number): boolean {
  return tokens.length <= room(num_ctx);
}

/** The room for a prompt: one position is left for the first token of the answer. */
const room = (num_ctx: number): number => num_ctx - 1;
