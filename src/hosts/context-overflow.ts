import { ServiceError } from "../errors/service-error.ts";

/** A prompt that is longer than its context; undefined what the server does not say. */
export interface ContextOverflow {
  promptTokens: number | undefined;
  contextTokens: number | undefined;
}

/**
 * How inference servers refuse a prompt for its length, in this order: Ollama from 0.12.6 to 0.29,
 * the embedded engine and `/api/embed` of all; llama.cpp's server, whose error Ollama hands on from
 * 0.30 on as the text of its own; Ollama from 0.30 on where it could not slide the window; its
 * runner for MLX, and `/api/embed` for what cannot be cut; models that ollama.com runs.
 */
const REFUSAL = new RegExp(
  [
    "input length exceeds the context length",
    "exceeds the available context size",
    "prompt is longer than the context length",
    "exceeds (?:the model's )?maximum context length",
    "prompt too long; exceeded max context length",
  ].join("|"),
);

/** llama.cpp has the numbers as fields and in its text, the runner for MLX in its text alone. */
const PROMPT_TOKENS = /"n_prompt_tokens": ?(\d{1,12})|\((\d{1,12}) tokens\) exceeds/;
const CONTEXT_TOKENS = /"n_ctx": ?(\d{1,12})|\((\d{1,12}) tokens\)(?! exceeds)/;

/** What a server's refusal says of a prompt's length; undefined where that is not its reason. */
export function overflowIn(message: string): ContextOverflow | undefined {
  if (!REFUSAL.test(message)) return undefined;
  return {
    promptTokens: countIn(message, PROMPT_TOKENS),
    contextTokens: countIn(message, CONTEXT_TOKENS),
  };
}

/** The error for a prompt that does not fit, with the numbers that are known. */
export function promptDoesNotFit({ promptTokens, contextTokens }: ContextOverflow): ServiceError {
  const prompt = promptTokens === undefined ? "" : ` of ${promptTokens} tokens`;
  const context = contextTokens === undefined ? "" : ` of ${contextTokens} tokens`;
  const message = `The prompt${prompt} does not fit the model's context${context}`;
  const fields = {
    ...(promptTokens === undefined ? {} : { prompt_tokens: promptTokens }),
    ...(contextTokens === undefined ? {} : { context_tokens: contextTokens }),
  };
  return new ServiceError("prompt_too_large", message, { fields });
}

function countIn(message: string, pattern: RegExp): number | undefined {
  const found = pattern.exec(message);
  return found ? Number(found[1] ?? found[2]) : undefined;
}
