import { z } from "@hono/zod-openapi";
import type { ImageOptions } from "../../../src/images/image-compressor.ts";
import { integer, maybe } from "./fields.ts";

/**
 * An image. Clients send a data URL; when the schema sees it, it has been taken out of the body
 * and its number stands in its place (src/images/image-body.ts).
 */
export const ImageField = z.string().transform(Number).openapi({
  type: "string",
  description: "A data URL: data:image/jpeg;base64,…",
});

/** A grey pixel: a whole image, short enough for a document. */
export const EXAMPLE_IMAGE =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==";

/** How the images of a request are compressed. */
export const imageFields = {
  image_compression: maybe(z.boolean()).openapi({
    description: "Default true; false sends the images on as they are",
  }),
  max_dimension: maybe(integer(256, 2667)).openapi({
    description: "Longest side in pixels; larger images are scaled down to it",
  }),
  compression_format: maybe(z.enum(["jpeg", "png", "webp"])).openapi({
    description:
      "Format to compress to. Named, every image is sent in it; left out, jpeg where that is smaller",
  }),
};

interface ImageFields {
  image_compression?: boolean | undefined;
  max_dimension?: number | undefined;
  compression_format?: "jpeg" | "png" | "webp" | undefined;
}

/** The image fields as what the compressor is asked for. */
export function imageOptions(input: ImageFields): ImageOptions {
  return {
    compress: input.image_compression,
    maxDimension: input.max_dimension,
    format: input.compression_format,
  };
}
