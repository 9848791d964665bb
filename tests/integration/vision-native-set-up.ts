import { dataUrl } from "../support/image-files.ts";

export const PATH = "/api/v1/vlm";

export const USER = { role: "user", content: "What is it?" };

/** A request about one image. */
export function about(image: Buffer, more: object = {}): object {
  return { messages: [USER], images: [dataUrl(image)], ...more };
}
