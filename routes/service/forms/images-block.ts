import { savedBytes } from "../../../src/images/image-compressor.ts";
import type { RequestRecord } from "../../../src/requests/request-record.ts";

/** What an answer says of the request's images (contract §3.4). */
export function imagesBlock({ images = [] }: RequestRecord) {
  return { images_processed: images.length, compression_savings_bytes: savedBytes(images) };
}
