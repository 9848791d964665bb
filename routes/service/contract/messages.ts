import { z } from "@hono/zod-openapi";
import type { ChatMessage } from "../../../src/dialects/messages.ts";
import { text } from "./fields.ts";
import { ImageField } from "./images.ts";
import { LIST_LIMITS } from "./list-limits.ts";
import { list } from "./lists.ts";
import { ToolCallSchema } from "./tools.ts";

const TextPart = z.object({ type: z.literal("text"), text: text() });

/** What an assistant has said instead of an answer. */
const RefusalPart = z.object({ type: z.literal("refusal"), refusal: text() });

const ImagePart = z.object({
  type: z.literal("image_url"),
  image_url: z.union([ImageField, z.object({ url: ImageField, detail: z.string().nullish() })]),
});

const Parts = list(z.union([TextPart, RefusalPart, ImagePart]), LIST_LIMITS.parts);

/** Text, or parts whose texts are joined with a space; images have a field of their own. */
const nativeContent = z
  .union([text(), Parts])
  .transform((value, ctx) => {
    if (typeof value === "string") return value;
    if (value.some((part) => part.type === "image_url")) {
      ctx.addIssue({
        code: "custom",
        message: "no image parts here: send this message to /api/v1/vlm or /api/v1/vlm/openai",
      });
      return z.NEVER;
    }
    return textOf(value);
  })
  .nullish();

/** Text, or parts: their texts joined with a space, and their images' numbers. */
const contentWithImages = z
  .union([text(), Parts])
  .transform((value) => {
    if (typeof value === "string") return { text: value, images: [] };
    const images = value.flatMap((part) =>
      part.type !== "image_url"
        ? []
        : [typeof part.image_url === "number" ? part.image_url : part.image_url.url],
    );
    return { text: textOf(value), images };
  })
  .nullish();

function textOf(parts: z.infer<typeof Parts>): string {
  const texts = parts.flatMap((part) => {
    if (part.type === "image_url") return [];
    return [part.type === "text" ? part.text : part.refusal];
  });
  return texts.filter((said) => said !== "").join(" ");
}

/** A tool's answer must say to which call. What a message says may be nothing. */
function checkMessage(message: Pick<ChatMessage, "role" | "tool_call_id">, ctx: z.RefinementCtx) {
  if (message.role === "tool" && !message.tool_call_id) {
    ctx.addIssue({ code: "custom", path: ["tool_call_id"], message: "needed for the role tool" });
  }
}

const callFields = {
  tool_calls: list(ToolCallSchema, LIST_LIMITS.toolCalls).nullish(),
  tool_call_id: text().nullish().openapi({ description: "Needed for the role `tool`" }),
};

const nativeMessage = <T extends z.ZodType>(content: T) =>
  z
    .strictObject({
      role: z.enum(["user", "assistant", "system", "tool"]),
      content,
      ...callFields,
      name: text().nullish(),
    })
    .superRefine(checkMessage);

export const NativeMessage = nativeMessage(nativeContent).openapi("Message", {
  example: { role: "user", content: "Why is the sky blue?" },
});

/** The same where images are looked at: parts of a message may be some, as POML renders them. */
export const NativeVisionMessage = nativeMessage(contentWithImages).openapi("VisionMessage", {
  example: { role: "user", content: "What is in this picture?" },
});

/** OpenAI's message: further standard fields (name, audio …) are taken and ignored. */
export const OpenAIMessage = z
  .object({
    role: z.enum(["user", "assistant", "system", "developer", "tool"]),
    content: contentWithImages,
    refusal: text().nullish(),
    ...callFields,
  })
  .superRefine(checkMessage)
  .openapi("OpenAIMessage", { example: { role: "user", content: "Why is the sky blue?" } });
