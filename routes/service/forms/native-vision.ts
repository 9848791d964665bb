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
import { list } from "../contract/lists.ts";
import { NativeMessage } from "../contract/messages.ts";
import type { ChatForm } from "./chat-form.ts";
import { showingCustomCalls } from "./custom-calls.ts";
import { imagesBlock } from "./images-block.ts";
import { chatAnswer } from "./native-chat.ts";
import { UsedImages } from "./use-images.ts";

export const VisionRequest = z
  .strictObject({
    messages: list(NativeMessage, LIST_LIMITS.messages).min(1),
    images: list(ImageField, LIST_LIMITS.images).min(1),
    ...imageFields,
    ...nativeFields,
  })
  .openapi("VisionRequest", {
    example: {
      messages: [{ role: "user", content: "What is in this picture?" }],
      images: [EXAMPLE_IMAGE],
    },
  });

/** Chat about images in the service's own form: the images belong to the last user message. */
export const nativeVision: ChatForm<z.infer<typeof VisionRequest>> = {
  schema: VisionRequest,
  prepare: async (input, images, models) => {
    const used = new UsedImages(images);
    const slots = used.slots(input.images);
    const messages = withImages(input.messages, slots);
    return {
      request: {
        path: "/api/chat",
        line: "vision",
        model: await visionModel(models, input.model, textsOf(input.messages)),
        body: { messages: toOllamaMessages(messages), ...generationFields(input) },
        images: used.requestImages(imageOptions(input)),
        hints: generationHints(input),
        strict: strictOf(input),
      },
      stream: input.stream,
      shape: showingCustomCalls(
        {
          whole: (answer, record) => ({ ...chatAnswer(answer, record), ...imagesBlock(record) }),
          frames: (lines, record, onError) =>
            nativeFrames(lines, record, { role: true, onError, atEnd: () => imagesBlock(record) }),
          notice: (record) => nativeNotice(record, { role: true }),
        },
        input.tools,
      ),
    };
  },
};

function withImages(messages: ChatMessage[], images: string[]): ChatMessage[] {
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
  return messages.map((message, i) => (i === last ? { ...message, images } : message));
}
