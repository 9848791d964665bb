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
