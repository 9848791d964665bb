import { z } from "@hono/zod-openapi";
import type { ChatMessage } from "../../../src/inference/messages.ts";
import { filledText, text } from "./fields.ts";
import { ImageField } from "./images.ts";
import { LIST_LIMITS } from "./list-limits.ts";
import { boundedObject, list } from "./lists.ts";

export const ToolCallSchema = z
  .object({
    id: filledText(),
    type: z.literal("function"),
    function: z.object({ name: filledText(), arguments: z.string() }),
  })
  .openapi("ToolCall");

export const ToolSchema = z
  .object({
    type: z.literal("function"),
    function: z
      .object({
        name: filledText(),
        description: z.string().nullish(),
        parameters: boundedObject().default({}),
        strict: z.boolean().nullish(),
      })
      .strict(),
  })
  .openapi("Tool");

const TextPart = z.object({ type: z.literal("text"), text: text() });

const ImagePart = z.object({
  type: z.literal("image_url"),
  image_url: z.union([ImageField, z.object({ url: ImageField, detail: z.string().nullish() })]),
});

// Without `abort` the checks of the whole message would run on what is no content.
const Parts = list(z.union([TextPart, ImagePart]), LIST_LIMITS.parts).min(1, { abort: true });

/** Text, or parts whose texts are joined with a space; images have a field of their own. */
const nativeContent = z
  .union([text(), Parts])
  .transform((value, ctx) => {
    if (typeof value === "string") return value;
    if (value.some((part) => part.type === "image_url")) {
      ctx.addIssue({
        code: "custom",
        message:
          "no image parts here: send the image in the field images of /api/v1/vlm, or this message to /api/v1/vlm/openai",
      });
      return z.NEVER;
    }
    return textOf(value);
  })
  .nullish();

/** Text, or parts: their texts joined with a space, and their images' numbers. */
const openaiContent = z
  .union([text(), Parts])
  .transform((value) => {
    if (typeof value === "string") return { text: value, images: [] };
    const images = value.flatMap((part) =>
      part.type === "text"
        ? []
        : [typeof part.image_url === "number" ? part.image_url : part.image_url.url],
    );
    return { text: textOf(value), images };
  })
  .nullish();

function textOf(parts: z.infer<typeof Parts>): string {
  return parts.flatMap((part) => (part.type === "text" ? [part.text] : [])).join(" ");
}

/** A message must say something, and a tool's answer must say to which call. */
function checkMessage(message: ChatMessage, ctx: z.RefinementCtx): void {
  if (!message.content && !message.tool_calls?.length) {
    ctx.addIssue({ code: "custom", path: ["content"], message: "content or tool_calls is needed" });
  }
  if (message.role === "tool" && !message.tool_call_id) {
    ctx.addIssue({ code: "custom", path: ["tool_call_id"], message: "needed for the role tool" });
  }
}

const callFields = {
  tool_calls: list(ToolCallSchema, LIST_LIMITS.toolCalls).nullish(),
  tool_call_id: text().nullish(),
};

export const NativeMessage = z
  .strictObject({
    role: z.enum(["user", "assistant", "system", "tool"]),
    content: nativeContent,
    ...callFields,
    name: text().nullish(),
  })
  .superRefine(checkMessage)
  .openapi("Message", { example: { role: "user", content: "Why is the sky blue?" } });

/** OpenAI's message: further standard fields (name, refusal, audio …) are taken and ignored. */
export const OpenAIMessage = z
  .object({
    role: z.enum(["user", "assistant", "system", "developer", "tool"]),
    content: openaiContent,
    ...callFields,
  })
  .superRefine(({ content, ...message }, ctx) => {
    const saysSomething = content?.text || content?.images.length ? "something" : undefined;
    checkMessage({ ...message, content: saysSomething }, ctx);
  })
  .openapi("OpenAIMessage", { example: { role: "user", content: "Why is the sky blue?" } });
