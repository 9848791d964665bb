import { z } from "@hono/zod-openapi";
import type { LoadHints } from "../../../src/models/residency.ts";
import {
  loadOptions,
  ollamaOptions,
  type GenerationOptions,
} from "../../../src/inference/generation-options.ts";
import { filledText, integer, maybe, maybeNamed, number } from "./fields.ts";
import { LIST_LIMITS } from "./list-limits.ts";
import { boundedObject, list } from "./lists.ts";
import { ToolSchema } from "./messages.ts";

const ResponseFormat = z
  .object({
    type: z.enum(["text", "json_object", "json_schema"]),
    json_schema: maybe(boundedObject()),
  })
  .superRefine((format, ctx) => {
    if (format.type === "json_schema" && !format.json_schema) {
      ctx.addIssue({ code: "custom", path: ["json_schema"], message: "needed for json_schema" });
    }
  })
  .openapi("ResponseFormat");

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
  format: maybe(z.union([z.enum(["json", ""]), boundedObject()])).openapi({ deprecated: true }),
  response_format: maybeNamed(ResponseFormat),
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
  format: maybe(z.union([z.enum(["json", ""]), boundedObject()])),
  response_format: maybeNamed(ResponseFormat),
  guided_json: maybe(boundedObject()),
  tools: maybe(list(ToolSchema, LIST_LIMITS.tools)),
  ...optionFields,
  max_completion_tokens: maybe(integer(1)),
  reasoning_effort: maybe(z.string()),
  extra_body: maybe(boundedObject()),
  metadata: maybe(boundedObject()),
};

interface FormatFields {
  format?: string | Record<string, unknown> | undefined;
  response_format?: z.infer<typeof ResponseFormat> | undefined;
  guided_json?: Record<string, unknown> | undefined;
}

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

/** `response_format` wins over `guided_json`, that over `format` (contract §2.4). */
function formatOf(input: FormatFields): string | Record<string, unknown> | undefined {
  const { response_format: wanted, guided_json: guided, format } = input;
  if (wanted?.type === "text") return undefined;
  if (wanted?.type === "json_object") return "json";
  if (wanted?.json_schema) return unwrapped(wanted.json_schema);
  if (guided) return unwrapped(guided);
  return format === "" ? undefined : format;
}

/** OpenAI wraps a schema as `{name, schema, strict}`; the bare schema is taken as well. */
function unwrapped(schema: Record<string, unknown>): Record<string, unknown> {
  const inner = schema["schema"];
  const isWrapper =
    typeof schema["name"] === "string" && typeof inner === "object" && inner !== null;
  return isWrapper ? (inner as Record<string, unknown>) : schema;
}
