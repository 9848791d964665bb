import { z } from "@hono/zod-openapi";
import type { ToolChoice } from "../../../../src/dialects/tools.ts";
import { formatFields } from "../answer-format.ts";
import { filledText, maybe } from "../fields.ts";
import { LIST_LIMITS } from "../list-limits.ts";
import { boundedObject, list } from "../lists.ts";
import { ToolChoiceField, ToolSchema } from "../tools.ts";
import { readAs } from "./read-as.ts";

const PlainText = z.object({ type: z.literal("text") }).openapi("TextFormatText");
const JsonObject = z.object({ type: z.literal("json_object") }).openapi("TextFormatJsonObject");
const JsonSchema = z
  .object({
    type: z.literal("json_schema"),
    name: filledText(),
    description: z.string().nullish(),
    schema: boundedObject().openapi({ description: "A JSON Schema" }),
    strict: z.boolean().nullish(),
  })
  .openapi("TextFormatJsonSchema");

export const TextFormat = z
  .discriminatedUnion("type", [PlainText, JsonObject, JsonSchema])
  .openapi("TextFormat");

/** Of what form the answer is to be, also as chat's `response_format`. */
const format = TextFormat.transform(
  readAs(formatFields.response_format, (shown: z.infer<typeof TextFormat>) => {
    if (shown.type !== "json_schema") return shown;
    const { type, ...schema } = shown;
    return { type, json_schema: schema };
  }),
);

export const TextField = z.object({
  format: maybe(format),
  verbosity: z.string().nullish().openapi({ description: "Taken, and not acted on" }),
});

export const FunctionTool = z
  .object({
    type: z.literal("function", "only functions are offered: no tools that OpenAI runs itself"),
    name: filledText(),
    description: z.string().nullish(),
    parameters: boundedObject().nullish().openapi({
      description: "A JSON Schema of the arguments",
    }),
    strict: z.boolean().nullish(),
  })
  .openapi("ResponseTool");

/** A tool, also as chat has it. */
const Tool = FunctionTool.transform(
  readAs(ToolSchema, ({ type, ...tool }: z.infer<typeof FunctionTool>) => ({
    type,
    function: tool,
  })),
);

export const ToolsField = list(Tool, LIST_LIMITS.tools);

const NamedTool = z
  .object({ type: z.literal("function"), name: filledText() })
  .openapi("ResponseNamedTool");

const AllowedTools = z
  .object({
    type: z.literal("allowed_tools"),
    mode: z.enum(["auto", "required"]),
    tools: list(NamedTool, LIST_LIMITS.tools).min(1),
  })
  .openapi("ResponseAllowedTools");

const Mode = z.enum(["none", "auto", "required"]);
export const ShownToolChoice = z
  .union([Mode, NamedTool, AllowedTools])
  .openapi("ResponseToolChoice");

type Choice = z.infer<typeof ShownToolChoice>;

/** Which tools may be called, also as chat has it. */
export const ResponseToolChoiceField = ShownToolChoice.transform(
  readAs<Choice, ToolChoice>(ToolChoiceField, (shown) => {
    if (typeof shown === "string") return shown;
    if (shown.type === "function") return named(shown);
    const { type, mode, tools } = shown;
    return { type, allowed_tools: { mode, tools: tools.map(named) } };
  }),
);

function named({ type, name }: z.infer<typeof NamedTool>) {
  return { type, function: { name } };
}
