import { z } from "@hono/zod-openapi";
import type { ToolChoice } from "../../../src/dialects/tools.ts";
import { filledText, maybe } from "./fields.ts";
import { LIST_LIMITS } from "./list-limits.ts";
import { boundedObject, list } from "./lists.ts";

export const FunctionCall = z
  .object({
    id: filledText(),
    type: z.literal("function"),
    function: z.object({ name: filledText(), arguments: z.string() }),
  })
  .openapi("FunctionToolCall");

export const CustomCall = z
  .object({
    id: filledText(),
    type: z.literal("custom"),
    custom: z.object({ name: filledText(), input: z.string() }),
  })
  .openapi("CustomToolCall");

export const ToolCallSchema = z
  .discriminatedUnion("type", [FunctionCall, CustomCall])
  .openapi("ToolCall");

/** Clients send more than these fields (`strict`, `cache_control` …), which no model is told of. */
export const FunctionTool = z
  .object({
    type: z.literal("function"),
    function: z.object({
      name: filledText(),
      description: maybe(z.string()),
      parameters: maybe(boundedObject())
        .transform((parameters) => parameters ?? {})
        .openapi({ description: "A JSON Schema of the arguments" }),
    }),
  })
  .openapi("FunctionTool");

const CustomTool = z
  .object({
    type: z.literal("custom"),
    custom: z.object({
      name: filledText(),
      description: maybe(z.string()),
      // A grammar is not taken: nothing here could hold the model to it.
      format: maybe(z.object({ type: z.literal("text", "only text is offered, no grammar") })),
    }),
  })
  .openapi("CustomTool");

export const ToolSchema = z
  .discriminatedUnion("type", [FunctionTool, CustomTool])
  .transform((tool) => {
    if (tool.type === "function") return tool;
    const { format: _format, ...custom } = tool.custom;
    return { ...tool, custom };
  })
  .openapi("Tool");

// With names of their own: openapi-python-client makes the same one for both places otherwise.
const Named = z
  .union([
    z
      .object({ type: z.literal("function"), function: z.object({ name: filledText() }) })
      .openapi("NamedFunction"),
    z
      .object({ type: z.literal("custom"), custom: z.object({ name: filledText() }) })
      .openapi("NamedCustomTool"),
  ])
  .openapi("NamedTool");

const AllowedTools = z.object({
  type: z.literal("allowed_tools"),
  allowed_tools: z.object({
    mode: z.enum(["auto", "required"]),
    tools: list(Named, LIST_LIMITS.tools).min(1),
  }),
});

/** OpenAI's ways to say which tools may be called. */
export const ToolChoiceField = z
  .union([z.enum(["none", "auto", "required"]), Named, AllowedTools])
  .transform((choice): ToolChoice => {
    if (typeof choice === "string") return choice;
    if (choice.type !== "allowed_tools") return { names: [nameOf(choice)], mode: "one" };
    const { mode, tools } = choice.allowed_tools;
    return { names: tools.map(nameOf), mode };
  })
  .openapi({
    description:
      "`none` takes the tools away, a name leaves only that one; with `required` or a name the answer is held to a call",
  });

function nameOf(named: z.infer<typeof Named>): string {
  return named.type === "function" ? named.function.name : named.custom.name;
}
