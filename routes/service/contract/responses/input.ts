import { z } from "@hono/zod-openapi";
import type { Content } from "../../../../src/dialects/responses/input-items.ts";
import { filledText, text } from "../fields.ts";
import { ImageField } from "../images.ts";
import { LIST_LIMITS } from "../list-limits.ts";
import { list } from "../lists.ts";
import { isObject } from "../../../../src/runtime/is-object.ts";

const InputText = z.object({ type: z.literal("input_text"), text: text() }).openapi("InputText");

/** What a model has said, sent back. */
const OutputText = z
  .object({ type: z.literal("output_text"), text: text() })
  .openapi("OutputTextInput");

/** What a model has said instead of an answer. */
const Refusal = z
  .object({ type: z.literal("refusal"), refusal: text() })
  .openapi("OutputRefusalInput");

const InputImage = z
  .object({ type: z.literal("input_image"), image_url: ImageField, detail: z.string().nullish() })
  .openapi("InputImage");

const Part = z
  .discriminatedUnion("type", [InputText, OutputText, Refusal, InputImage], {
    error: "expected a part input_text, input_image, output_text or refusal; no others are taken",
  })
  .openapi("InputPart");

/** Text, or parts: their texts joined with a space, and their images' numbers. */
const content = z.union([text(), list(Part, LIST_LIMITS.parts)]).transform((value): Content => {
  if (typeof value === "string") return { text: value, images: [] };
  const texts = value.map((part) => {
    if (part.type === "input_image") return "";
    return part.type === "refusal" ? part.refusal : part.text;
  });
  const images = value.flatMap((part) => (part.type === "input_image" ? [part.image_url] : []));
  return { text: texts.filter((said) => said !== "").join(" "), images };
});

const Message = z
  .object({
    type: z.literal("message"),
    role: z.enum(["user", "assistant", "system", "developer"]),
    content,
  })
  .openapi("InputMessage", { description: "`type` may be left out" });

const FunctionCall = z
  .object({
    type: z.literal("function_call"),
    call_id: filledText(),
    name: filledText(),
    arguments: z.string(),
  })
  .openapi("FunctionCallInput");

const FunctionCallOutput = z
  .object({ type: z.literal("function_call_output"), call_id: filledText(), output: content })
  .openapi("FunctionCallOutput");

const Reasoning = z
  .object({ type: z.literal("reasoning") })
  .openapi("ReasoningInput", { description: "Taken, and not acted on" });

/** What an agent's run has told, sent back by clients that keep conversations themselves. */
const McpCall = z
  .object({
    type: z.literal("mcp_call"),
    id: filledText(),
    name: filledText(),
    arguments: z.string(),
    output: z
      .string()
      .nullish()
      .transform((output) => output ?? null),
    error: z
      .string()
      .nullish()
      .transform((error) => error ?? null),
  })
  .openapi("McpCallInput");

const McpListTools = z
  .object({ type: z.literal("mcp_list_tools") })
  .openapi("McpListToolsInput", { description: "Taken, and not acted on" });

const McpApprovalRequest = z
  .object({ type: z.literal("mcp_approval_request") })
  .openapi("McpApprovalRequestInput", { description: "Taken, and not acted on" });

const McpApprovalResponse = z
  .object({
    type: z.literal("mcp_approval_response"),
    approval_request_id: filledText(),
    approve: z.boolean(),
    reason: z.string().nullish(),
  })
  .openapi("McpApprovalResponseInput", {
    description: "A person's answer to a call that an agent's run waits with",
  });

const ItemReference = z
  .object({ type: z.literal("item_reference"), id: filledText() })
  .openapi("ItemReference", { description: "An item of a response that is kept" });

/** Clients leave the type of a message out, and so do some with that of a reference. */
function withType(item: unknown): unknown {
  if (!isObject(item)) return item;
  if ("type" in item && item.type !== null && item.type !== undefined) return item;
  return { ...item, type: "role" in item ? "message" : "item_reference" };
}

const items = [
  Message,
  FunctionCall,
  FunctionCallOutput,
  Reasoning,
  ItemReference,
  McpCall,
  McpListTools,
  McpApprovalRequest,
  McpApprovalResponse,
] as const;

const InputItem = z
  .preprocess(
    withType,
    z.discriminatedUnion("type", items, {
      error:
        "expected an item message, function_call, function_call_output, reasoning, item_reference or one of an agent's run (mcp_…); no others are taken",
    }),
  )
  .openapi("InputItem");

/** What a model is asked: a text, or a conversation. */
export const InputField = z.union([filledText(), list(InputItem, LIST_LIMITS.messages).min(1)], {
  error: "expected a text that says something, or a list of items",
});
