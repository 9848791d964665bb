import { z } from "@hono/zod-openapi";
import type { ChatMessage } from "../../../src/inference/messages.ts";
import { anyObject, filledText, text } from "./fields.ts";

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
        parameters: anyObject().default({}),
        strict: z.boolean().nullish(),
      })
      .strict(),
  })
  .openapi("Tool");

const TextPart = z.object({ type: z.literal("text"), text: text() });

const ImagePart = z.object({
  type: z.literal("image_url"),
  image_url: z.union([z.string(), z.object({ url: z.string(), detail: z.string().nullish() })]),
});

const Parts = z.array(z.union([TextPart, ImagePart])).min(1);

/** Text, or parts whose texts are joined with a space; images have routes of their own. */
function content(imageRoute: string) {
  return z
    .union([text(), Parts])
    .transform((value, ctx) => {
      if (typeof value === "string") return value;
      if (value.some((part) => part.type === "image_url")) {
        ctx.addIssue({ code: "custom", message: `this route takes no images: ${imageRoute}` });
        return z.NEVER;
      }
      return value.map((part) => (part.type === "text" ? part.text : "")).join(" ");
    })
    .nullish();
}

const NO_IMAGES = "send them to /api/chat or /v1/chat/completions of the same port";

/** A message must say something, and a tool's answer must say to which call. */
function checkMessage(message: ChatMessage, ctx: z.RefinementCtx): void {
  if (!message.content && !message.tool_calls?.length) {
    ctx.addIssue({ code: "custom", path: ["content"], message: "content or tool_calls is needed" });
  }
  if (message.role === "tool" && !message.tool_call_id) {
    ctx.addIssue({ code: "custom", path: ["tool_call_id"], message: "needed for the role tool" });
  }
}

const shape = {
  content: content(NO_IMAGES),
  tool_calls: z.array(ToolCallSchema).nullish(),
  tool_call_id: text().nullish(),
};

export const NativeMessage = z
  .strictObject({
    role: z.enum(["user", "assistant", "system", "tool"]),
    ...shape,
    name: text().nullish(),
  })
  .superRefine(checkMessage)
  .openapi("Message", { example: { role: "user", content: "Why is the sky blue?" } });

/** OpenAI's message: further standard fields (name, refusal, audio …) are taken and ignored. */
export const OpenAIMessage = z
  .object({
    role: z.enum(["user", "assistant", "system", "developer", "tool"]),
    ...shape,
  })
  .superRefine(checkMessage)
  .openapi("OpenAIMessage", { example: { role: "user", content: "Why is the sky blue?" } });
