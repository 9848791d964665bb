import type { OllamaAnswer } from "../inference/answers.ts";

/** How likely a token of an answer was. */
interface TokenLogprob {
  token: string;
  logprob: number;
  bytes?: number[];
  top_logprobs?: TokenLogprob[];
}

/** The figures of the tokens of an answer or of one of its lines, as a field of the native form. */
export function logprobsField(line: OllamaAnswer): { logprobs?: TokenLogprob[] } {
  const { logprobs } = line;
  return Array.isArray(logprobs) ? { logprobs: logprobs as TokenLogprob[] } : {};
}

/** The same in OpenAI's form, which has null where none were asked for. */
export function openaiLogprobs(line: OllamaAnswer) {
  const { logprobs } = logprobsField(line);
  if (!logprobs) return null;
  return { content: logprobs.map((entry) => ({ top_logprobs: [], ...entry })), refusal: null };
}
