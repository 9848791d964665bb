import { z } from "@hono/zod-openapi";
import { ServiceError } from "../../../src/errors/service-error.ts";
import { toOllamaMessages, type ChatMessage } from "../../../src/dialects/messages.ts";
import { chatCompletion, chatCompletionFrames } from "../../../src/dialects/openai-frames.ts";
import { openaiNotice } from "../../../src/dialects/wait-notices.ts";
import { mustCall } from "../../../src/dialects/tools.ts";
import { textsOf } from "../../../src/dialects/prompt-limit.ts";
import { textModel, visionModel } from "../choose-model.ts";
import { refuseOtherFormats, strictOf } from "../contract/answer-format.ts";
import { generationFields, generationHints, openaiFields } from "../contract/generation.ts";
import { EXAMPLE_IMAGE, imageFields, imageOptions } from "../contract/images.ts";
import { LIST_LIMITS } from "../contract/list-limits.ts";
import { list } from "../contract/lists.ts";
import { OpenAIMessage } from "../contract/messages.ts";
import type { PreparedRequest } from "../answer.ts";
import type { ModelChoice } from "../services.ts";
import type { ChatForm } from "./chat-form.ts";
import { showingCalls } from "./showing-calls.ts";
import { imagesBlock } from "./images-block.ts";
import { UsedImages } from "./use-images.ts";

const fields = {
  messages: list(OpenAIMessage, LIST_LIMITS.messages).min(1),
  ...openaiFields,
  ...imageFields,
};

const Request = z.looseObject(fields).superRefine(refuseOtherFormats);

export const ChatCompletionRequest = Request.openapi("ChatCompletionRequest", {
  example: {
    model: "smollm2:135m",
    messages: [{ role: "user", content: "Why is the sky blue?" }],
  },
});

export const VisionCompletionRequest = Request.openapi("VisionCompletionRequest", {
  example: {
    messages: [
      {
        role: "user",
        content: [
          { type: "image_url", image_url: { url: EXAMPLE_IMAGE } },
          { type: "text", text: "What is in this picture?" },
        ],
      },
    ],
  },
});

type Input = z.infer<typeof ChatCompletionRequest>;

/** Chat in OpenAI's form, with images or without. */
export const openaiChat: ChatForm<Input> = {
  schema: ChatCompletionRequest,
  prepare: async (input, images, models) => {
    if (hasImages(input)) return prepareWithImages(input, new UsedImages(images), models);
    const messages = input.messages.map(({ content, refusal, ...message }) => ({
      ...message,
      content: content?.text || refusal,
    }));
    return {
      request: {
        path: "/api/chat",
        line: "text",
        model: await textModel(models, input.model, textsOf(messages)),
        body: { messages: toOllamaMessages(messages), ...sent(input) },
        hints: generationHints({}),
        strict: strictOf(input),
        mustCall: mustCall(input),
      },
      stream: input.stream,
      shape: showingCalls(
        {
          whole: (answer, record) => chatCompletion(record, answer),
          frames: (lines, record, onError) => chatCompletionFrames(lines, record, { onError }),
          notice: openaiNotice,
        },
        input,
      ),
    };
  },
};

/** The same where at least one image is needed. */
export const openaiVision: ChatForm<Input> = {
  schema: VisionCompletionRequest,
  prepare: async (input, images, models) => {
    if (!hasImages(input)) {
      throw new ServiceError(
        "validation_error",
        "messages: an image is needed here (a content part image_url); text alone goes to /api/v1/chat/completions",
        { param: "messages" },
      );
    }
    return prepareWithImages(input, new UsedImages(images), models);
  },
};

/** Whether a request brings images. */
export function hasImages({ messages }: Input): boolean {
  return messages.some(({ content }) => content && content.images.length > 0);
}

/** What a message of images alone is taken to ask (contract §3.5). */
const DESCRIBE = "Describe this image.";

async function prepareWithImages(
  input: Input,
  used: UsedImages,
  models: ModelChoice,
): Promise<PreparedRequest> {
  const messages: ChatMessage[] = input.messages.map(({ content, refusal, ...message }) => ({
    ...message,
    content:
      content?.text || (message.role !== "tool" && content?.images.length ? DESCRIBE : refusal),
    images: used.slots(content?.images ?? []),
  }));
  return {
    request: {
      path: "/api/chat",
      line: "vision",
      model: await visionModel(models, input.model, textsOf(messages)),
      body: { messages: toOllamaMessages(messages), ...sent(input) },
      images: used.requestImages(imageOptions(input)),
      hints: generationHints({}),
      strict: strictOf(input),
    },
    stream: input.stream,
    shape: showingCalls(
      {
        whole: (answer, record) => ({ ...chatCompletion(record, answer), ...imagesBlock(record) }),
        frames: (lines, record, onError) => chatCompletionFrames(lines, record, { onError }),
        notice: openaiNotice,
      },
      input,
    ),
  };
}

/**
 * The fields of Ollama's body. OpenAI has no `options`, `keep_alive` and `think`: what came under
 * these names is not acted on.
 */
function sent(input: Input): Record<string, unknown> {
  const { options: _options, keep_alive: _keepAlive, think: _think, ...known } = input;
  // Ollama's own order.
  const effort = input.reasoning?.effort ?? input.reasoning_effort;
  return generationFields({ ...known, reasoning_effort: effort });
}
