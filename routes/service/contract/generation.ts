import { z } from "@hono/zod-openapi";
import type { LoadHints } from "../../../src/models/residency.ts";
import {
  loadOptions,
  ollamaOptions,
  type GenerationOptions,
} from "../../../src/inference/generation-options.ts";
import { formatFields, formatOf, type FormatFields } from "./answer-format.ts";
import { filledText, integer, maybe, number } from "./fields.ts";
import { LIST_LIMITS } from "./list-limits.ts";
import { boundedObject, list } from "./lists.ts";
import { ToolSchema } from "./messages.ts";

const stop = z
  .union([z.string(), list(z.string(), LIST_LIMITS.stop)])
  .transform((value) => (typeof value === "string" ? [value] : value));

/** Options that both native and OpenAI-compatible requests take. */
export const optionFields = {
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
};

/** Fields of every native generation request. */
export const nativeFields = {
  model: maybe(filledText()),
  stream: maybe(z.boolean()),
  ...formatFields,
  format: formatFields.format.openapi({ deprecated: true }),
  tools: maybe(list(ToolSchema, LIST_LIMITS.tools)),
  ...optionFields,
  options: maybe(boundedObject()),
  keep_alive: maybe(z.union([z.string(), z.number()])),
  think: maybe(z.union([z.boolean(), z.enum(["low", "medium", "high", "max"])])),
  // Rendered by POML's toolkit among the sampling fields; there is nothing to honour.
  n: maybe(integer(1)),
  user: maybe(z.string()),
  tool_choice: z.unknown().optional(),
  parallel_tool_calls: maybe(z.boolean()),
};

/** Fields of OpenAI-compatible requests; whatever else is standard there is taken and ignored. */
export const openaiFields = {
  model: maybe(filledText()),
  stream: maybe(z.boolean()),
  ...formatFields,
  tools: maybe(list(ToolSchema, LIST_LIMITS.tools)),
  ...optionFields,
  max_completion_tokens: maybe(integer(1)),
  reasoning_effort: maybe(z.string()),
  extra_body: maybe(boundedObject()),
  metadata: maybe(boundedObject()),
};

interface CommonFields extends GenerationOptions, FormatFields {
  tools?: z.infer<typeof ToolSchema>[] | undefined;
  keep_alive?: string | number | undefined;
  think?: boolean | string | undefined;
}

/** What a request says about how to generate, as fields of Ollama's body. */
export function generationFields(input: CommonFields): Record<string, unknown> {
  const fields = {
    format: formatOf(input),
    options: ollamaOptions(input),
    tools: input.tools?.length ? input.tools : undefined,
    keep_alive: input.keep_alive,
    think: input.think,
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
