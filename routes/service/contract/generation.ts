import { z } from "@hono/zod-openapi";
import { ServiceError } from "../../../src/errors/service-error.ts";
import { ollamaOptions, type GenerationOptions } from "../../../src/dialects/generation-options.ts";
import { toolFields } from "../../../src/dialects/answered-calls.ts";
import type { ToolRequest } from "../../../src/dialects/tools.ts";
import { loadOptions } from "../../../src/models/load-options.ts";
import type { LoadHints } from "../../../src/models/load-hints.ts";
import { formatFields, formatOf, type FormatFields } from "./answer-format.ts";
import { filledText, integer, maybe, number } from "./fields.ts";
import { LIST_LIMITS } from "./list-limits.ts";
import { boundedObject, list } from "./lists.ts";
import { ToolChoiceField, ToolSchema } from "./tools.ts";

const stop = z
  .union([z.string(), list(z.string(), LIST_LIMITS.stop)])
  .transform((value) => (typeof value === "string" ? [value] : value));

/**
 * How hard a model that thinks is to think. The words differ from model to model and grow in number:
 * the server knows them, and refuses what it does not.
 */
const Effort = z
  .string()
  .regex(/^[a-z]{1,32}$/, "expected a word such as none, low, medium, high")
  .openapi({ description: "A word that the model knows: none, minimal, low, medium, high, max" });

/** OpenAI's words that are none of Ollama's (`thinkFromReasoningEffort` in its openai/openai.go). */
const EFFORTS = new Map<string, string | false>([
  ["none", false],
  ["minimal", "low"],
  ["xhigh", "max"],
  ["ultra", "max"],
]);

/** Fields that both native and OpenAI-compatible requests take. */
const commonFields = {
  model: maybe(filledText()).openapi({ description: "The model's name, or an alias" }),
  stream: maybe(z.boolean()),
  ...formatFields,
  tools: maybe(list(ToolSchema, LIST_LIMITS.tools)),
  tool_choice: maybe(ToolChoiceField),
  parallel_tool_calls: maybe(z.boolean()).openapi({
    description: "Default true; with false an answer has one call at most",
  }),
  temperature: maybe(number(0, 2)),
  top_p: maybe(number(0, 1)),
  top_k: maybe(integer(1)),
  min_p: maybe(number(0, 1)),
  max_tokens: maybe(integer(1)),
  seed: maybe(integer()),
  stop: maybe(stop),
  repeat_penalty: maybe(number(0, 10)),
  frequency_penalty: maybe(number(-2, 2)),
  presence_penalty: maybe(number(-2, 2)),
  max_completion_tokens: maybe(integer(1)).openapi({ description: "Wins over `max_tokens`" }),
  reasoning_effort: maybe(Effort),
  logprobs: maybe(z.boolean()),
  top_logprobs: maybe(integer(0, 20)),
  n: maybe(integer(1)).openapi({ description: "Answers to make; more than one is refused" }),
  truncate: maybe(z.boolean()).openapi({
    description:
      "Default true: of a prompt that does not fit the model's context a part is left out, and the answer says so (`truncated`); false refuses it with `prompt_too_large`",
  }),
};

/** Fields of every native generation request. */
export const nativeFields = {
  ...commonFields,
  format: formatFields.format.openapi({ deprecated: true }),
  options: maybe(boundedObject()).openapi({
    description: "Ollama's options by their names; they win over fields of the request",
  }),
  keep_alive: maybe(z.union([z.string(), z.number()])),
  think: maybe(z.union([z.boolean(), Effort])),
  // Rendered by POML's toolkit among the sampling fields; there is nothing to honour.
  user: maybe(z.string()),
};

const ignored = { description: "Taken, and not acted on" };

/** Fields of OpenAI-compatible requests; whatever else is standard there is taken and ignored. */
export const openaiFields = {
  ...commonFields,
  reasoning: maybe(z.object({ effort: maybe(Effort) })),
  extra_body: maybe(boundedObject()).openapi(ignored),
  metadata: maybe(boundedObject()).openapi(ignored),
};

interface CommonFields extends GenerationOptions, FormatFields, ToolRequest {
  max_completion_tokens?: number | undefined;
  reasoning_effort?: string | undefined;
  logprobs?: boolean | undefined;
  top_logprobs?: number | undefined;
  n?: number | undefined;
  truncate?: boolean | undefined;
  keep_alive?: string | number | undefined;
  think?: boolean | string | undefined;
}

/**
 * What a request says about how to generate, as fields of Ollama's body.
 * @throws ServiceError for what is well written and cannot be had.
 */
export function generationFields(input: CommonFields): Record<string, unknown> {
  refuseMoreAnswers(input.n);
  const { reasoning_effort: named } = input;
  const fields = {
    format: formatOf(input),
    ...toolFields(input),
    options: ollamaOptions({
      ...input,
      max_tokens: input.max_completion_tokens ?? input.max_tokens,
    }),
    keep_alive: input.keep_alive,
    think: input.think ?? (named === undefined ? named : (EFFORTS.get(named) ?? named)),
    // What is to be refused is a question of its own for the response cache.
    truncate: input.truncate === false ? false : undefined,
    ...(input.logprobs ? { logprobs: true, top_logprobs: input.top_logprobs } : {}),
  };
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** What a load before the request has to respect. */
export function generationHints(input: CommonFields): LoadHints {
  return {
    kind: "generate",
    options: loadOptions(input.options),
    keepAlive: input.keep_alive,
  };
}

function refuseMoreAnswers(n: number | undefined): void {
  if (n === undefined || n === 1) return;
  const message = `n: a request has one answer, not ${n}; send it ${n} times, or as a batch`;
  throw new ServiceError("invalid_request", message, { param: "n" });
}
