import { z } from "@hono/zod-openapi";
import { ServiceError } from "../../../src/errors/service-error.ts";
import { toOllamaMessages, type ChatMessage } from "../../../src/dialects/messages.ts";
import { nativeFrames } from "../../../src/dialects/native-frames.ts";
import { nativeNotice } from "../../../src/dialects/wait-notices.ts";
import { textsOf } from "../../../src/dialects/prompt-limit.ts";
import { visionModel } from "../choose-model.ts";
import { strictOf } from "../contract/answer-format.ts";
import { generationFields, generationHints, nativeFields } from "../contract/generation.ts";
import { EXAMPLE_IMAGE, ImageField, imageFields, imageOptions } from "../contract/images.ts";
import { LIST_LIMITS } from "../contract/list-limits.ts";
import { maybe } from "../contract/fields.ts";
import { list } from "../contract/lists.ts";
import { NativeVisionMessage } from "../contract/messages.ts";
import type { ChatForm } from "./chat-form.ts";
import { showingCalls } from "./showing-calls.ts";
import { imagesBlock } from "./images-block.ts";
import { chatAnswer } from "./native-chat.ts";
import { UsedImages } from "./use-images.ts";

export const VisionRequest = z
  .strictObject({
    messages: list(NativeVisionMessage, LIST_LIMITS.messages).min(1),
    images: maybe(list(ImageField, LIST_LIMITS.images).min(1)).openapi({
      description: "Of the last user message; needed where no message has an image part",
    }),
    ...imageFields,
    ...nativeFields,
  })
  .refine(({ messages, images }) => images ?? messages.some(hasImages), {
    path: ["images"],
    message: "an image is needed, here or as a part of a message (image_url)",
  })
  .openapi("VisionRequest", {
    example: {
      messages: [{ role: "user", content: "What is in this picture?" }],
      images: [EXAMPLE_IMAGE],
    },
  });

type VisionMessage = z.infer<typeof NativeVisionMessage>;

function hasImages({ content }: VisionMessage): boolean {
  return content != null && content.images.length > 0;
}

/**
 * Chat about images in the service's own form: the field's images belong to the last user message,
 * those of parts to the message that has them.
 */
export const nativeVision: ChatForm<z.infer<typeof VisionRequest>> = {
  schema: VisionRequest,
  prepare: async (input, images, models) => {
    const used = new UsedImages(images);
    const said = input.messages.map(({ content, ...message }) => ({
      ...message,
      content: content?.text,
      images: used.slots(content?.images ?? []),
    }));
    const messages = input.images ? withImages(said, used.slots(input.images)) : said;
    return {
      request: {
        path: "/api/chat",
        line: "vision",
        model: await visionModel(models, input.model, textsOf(messages)),
        body: { messages: toOllamaMessages(messages), ...generationFields(input) },
        images: used.requestImages(imageOptions(input)),
        hints: generationHints(input),
        strict: strictOf(input),
      },
      stream: input.stream,
      shape: showingCalls(
        {
          whole: (answer, record) => ({ ...chatAnswer(answer, record), ...imagesBlock(record) }),
          frames: (lines, record, onError) =>
            nativeFrames(lines, record, { role: true, onError, atEnd: () => imagesBlock(record) }),
          notice: (record) => nativeNotice(record, { role: true }),
        },
        input,
      ),
    };
  },
};

type SeenMessage = ChatMessage & { images: string[] };

function withImages(messages: SeenMessage[], images: string[]): SeenMessage[] {
  const last = messages.findLastIndex((message) => message.role === "user");
  if (last < 0) {
    throw new ServiceError(
      "validation_error",
      "messages: a user message is needed for the images",
      {
        param: "messages",
      },
    );
  }
  return messages.map((message, i) =>
    i === last ? { ...message, images: [...message.images, ...images] } : message,
  );
}
