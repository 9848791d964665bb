import type { z } from "@hono/zod-openapi";
import type { BodyImage } from "../../../src/images/image-body.ts";
import type { PreparedRequest } from "../answer.ts";
import type { ModelChoice } from "../services.ts";

/** One form of chat request, for its own route and for items of a batch. */
export interface ChatForm<T> {
  schema: z.ZodType<T>;
  /**
   * What a request asks for.
   * @param images the images of the body; fields of the input hold their numbers.
   * @throws ServiceError for what a schema cannot see: model, prompt, images.
   */
  prepare: (input: T, images: BodyImage[], models: ModelChoice) => Promise<PreparedRequest>;
}
