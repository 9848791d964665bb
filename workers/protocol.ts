import type { ImageBody, ImageBodyInput, LocatedImage } from "../src/images/image-body.ts";
import type { FormHead } from "../src/dialects/form-facts.ts";
import type { BodyFacts } from "../src/dialects/inspect-body.ts";
import type { NumCtxPlace } from "../src/dialects/num-ctx-in-body.ts";
import type { ModelReplacement } from "../src/dialects/replace-model.ts";

export type ImageFormat = "jpeg" | "png" | "webp";

/** How to compress an image. */
export interface CompressOptions {
  /** False: the bytes are sent on as they are, after decoding them as a check. */
  compress: boolean;
  /** The format to write. */
  format: ImageFormat;
  /** The client named the format: an image of another one is converted even if it grows. */
  formatIsRequested: boolean;
  /** Longest side in pixels; larger images are scaled down to it, smaller never up. */
  maxDimension: number;
  /** Quality of JPEG and WebP, 1–100. */
  quality: number;
  /** zlib level of PNG, 0–9. */
  pngLevel: number;
  /** Images with more pixels are refused before they are decoded. */
  maxPixels: number;
}

/** One side of a compression: what came in, or what goes out. */
export interface ImageSide {
  /** The format, recognised by the content: jpeg, png, webp, gif, tiff, avif, heic. */
  format: string;
  /** Size in pixels, with the EXIF orientation applied. */
  width: number;
  height: number;
  bytes: number;
}

/** An image made ready for the model. */
export interface CompressedImage {
  ok: true;
  /** Base64 as ASCII bytes, without the prefix of a data URL, as Ollama takes it. */
  base64: Uint8Array;
  source: ImageSide;
  sent: ImageSide;
  /** Milliseconds that decoding, scaling and encoding took. */
  ms: number;
}

/** An image that cannot be used; `message` is a whole sentence for the client. */
export interface RefusedImage {
  ok: false;
  message: string;
}

/** The tasks of the worker threads: name → what goes in and what comes out. Types only. */
export interface Tasks {
  /** Joins a large inference body, and reads what scheduling needs to know. */
  inspectBody: { input: Uint8Array[]; output: { body: Uint8Array; facts: BodyFacts } };
  /** The same for a body that is compressed, and stays so. */
  inspectZstd: {
    input: Uint8Array[];
    output: { ok: true; body: Uint8Array; facts: BodyFacts } | { ok: false; reason: "too_large" };
  };
  /** The same for a form (multipart/form-data). */
  inspectForm: {
    input: { pieces: Uint8Array[]; head: FormHead };
    output: { body: Uint8Array; facts: BodyFacts };
  };
  /** Has a body that is passed through name another model. */
  replaceModel: { input: ModelReplacement; output: Uint8Array };
  /** Joins and parses a body of the service's own routes, and takes its images out. */
  readImageBody: {
    input: { pieces: Uint8Array[] } & Omit<ImageBodyInput, "body">;
    output: ImageBody;
  };
  /** Finds the images of a body that is passed through, and their positions in it. */
  locateImages: {
    input: ImageBodyInput;
    output: { body: Uint8Array; images: LocatedImage[] };
  };
  /** Finds where a body that is passed through says how large a context it asks for. */
  placeOfNumCtx: {
    input: Uint8Array;
    output: { body: Uint8Array; place: NumCtxPlace | undefined };
  };
  /** Makes an image ready for the model. */
  compressImage: {
    input: { bytes: Uint8Array; options: CompressOptions };
    output: CompressedImage | RefusedImage;
  };
}

export type TaskName = keyof Tasks;
export type TaskInput<K extends TaskName> = Tasks[K]["input"];
export type TaskOutput<K extends TaskName> = Tasks[K]["output"];
