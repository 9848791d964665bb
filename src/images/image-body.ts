import { createHash } from "node:crypto";
import type { Caller } from "../runtime/caller.ts";
import { MAX_VALUES_IN_HAND } from "../runtime/count-json.ts";
import { isNestedTooDeep } from "../runtime/nesting.ts";
import { JsonExcessError, parseFailure, parseJson } from "../runtime/parse-json.ts";
import { decodeBase64 } from "./base64.ts";
import { parseDataUrl } from "./data-url.ts";
import { visitImages, type ImageNotation } from "./image-positions.ts";
import { imageSpans } from "./image-spans.ts";

/** An image of a body, decoded from base64 and not yet looked into. */
export interface DecodedImage {
  ok: true;
  /** Where it stands in the body, such as `messages.0.content.1.image_url.url`. */
  path: string;
  /** The file's bytes, in memory of their own. */
  bytes: Uint8Array;
  /** SHA-256 of the bytes, hexadecimal. */
  hash: string;
}

/** An image that cannot be used as it was sent. */
export interface UnusableImage {
  ok: false;
  path: string;
  /** No data URL at all is a mistake of form, bad base64 one of content. */
  code: "validation_error" | "invalid_request";
  message: string;
}

export type BodyImage = DecodedImage | UnusableImage;

/**
 * A parsed body; where an image stood there is its number in `images`, as text. Or why it cannot be
 * used, as a whole sentence for the client.
 */
export type ImageBody =
  | { ok: true; value: unknown; images: BodyImage[] }
  | { ok: false; message: string };

/** An image of a body that passes through. */
export interface LocatedImage {
  /** Where its text stands in the body's bytes, without the quotes. */
  start: number;
  end: number;
  /** How the text that takes its place has to be written. */
  notation: ImageNotation;
  image: DecodedImage;
}

/** What both readers are given. */
export interface ImageBodyInput {
  body: Uint8Array;
  /** Largest image, decoded from base64. */
  maxImageBytes: number;
}

/** Reads a small body at once; for a large one says how to have it read on a thread. */
export type ImageBodyReader = (
  pieces: Uint8Array[],
) => ImageBody | ((caller: Caller) => Promise<ImageBody>);

/** Images of one body; a client with more has something else in mind. */
const MAX_IMAGES = 1000;

/** Parses a body of the service's own routes and takes its images out. */
export function readImageBody({ body, maxImageBytes }: ImageBodyInput): ImageBody {
  let value: unknown;
  try {
    // What is read here goes to the main thread.
    value = parseJson(body, MAX_VALUES_IN_HAND);
    if (isNestedTooDeep(value)) throw new JsonExcessError("levels");
  } catch (err) {
    return { ok: false, message: parseFailure(err) };
  }
  const images: BodyImage[] = [];
  let seen = 0;
  visitImages(value, true, (text, { path }) => {
    seen += 1;
    if (seen > MAX_IMAGES) return undefined;
    images.push(imageOf(text, path, maxImageBytes));
    return String(seen - 1);
  });
  if (seen > MAX_IMAGES) {
    return { ok: false, message: `The body has ${seen} images; the limit is ${MAX_IMAGES}` };
  }
  return { ok: true, value, images };
}

/**
 * Finds the images of a body that passes through. Those that cannot be decoded are left out:
 * they are the inference server's to refuse, in its own words.
 */
export function locateImages({ body, maxImageBytes }: ImageBodyInput): LocatedImage[] {
  let value: unknown;
  try {
    value = parseJson(body);
  } catch {
    return [];
  }
  const located: LocatedImage[] = [];
  const spans = imageSpans(bufferOf(body));
  visitImages(value, false, (text, { path, notation }) => {
    const span = spans.get(path);
    // Texts written with escapes (`\/`) are left as they are.
    if (!span || span.end - span.start !== text.length) return undefined;
    if (located.length === MAX_IMAGES) return undefined;
    const image =
      notation === "url" ? imageOf(text, path, maxImageBytes) : decoded(text, path, maxImageBytes);
    if (image.ok) located.push({ ...span, notation, image });
    return undefined;
  });
  return located.toSorted((a, b) => a.start - b.start);
}

function imageOf(text: string, path: string, maxBytes: number): BodyImage {
  const url = parseDataUrl(text);
  if (!url.ok) return { ok: false, path, code: "validation_error", message: url.message };
  return decoded(text.slice(url.dataAt), path, maxBytes);
}

function decoded(base64: string, path: string, maxBytes: number): BodyImage {
  const result = decodeBase64(base64, maxBytes);
  if (!result.ok) return { ok: false, path, code: "invalid_request", message: result.message };
  const hash = createHash("sha256").update(result.bytes).digest("hex");
  return { ok: true, path, bytes: result.bytes, hash };
}

function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
