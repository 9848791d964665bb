import type { CompressOptions, ImageFormat } from "../../src/images/compressed-image.ts";
import type { Sharp } from "./image-library.ts";
import type { Size } from "./image-size.ts";
import { fitInto } from "./image-size.ts";
import { readerOf, type ImageReader, type ImageSource } from "./image-source.ts";

export interface EncodedImage extends Size {
  format: ImageFormat;
  bytes: Uint8Array;
}

/** The longest side that a format can store. */
const FORMAT_LIMIT: Record<ImageFormat, number> = {
  jpeg: 65_535,
  png: Number.POSITIVE_INFINITY,
  webp: 16_383,
};

/** The size of an image after encoding. */
export function targetSize(source: ImageSource, options: CompressOptions): Size {
  return fitInto(source.side, Math.min(options.maxDimension, FORMAT_LIMIT[options.format]));
}

/**
 * Decodes, turns, scales and writes an image: RGB or RGBA in sRGB with eight bits, no metadata.
 * @throws what the library says when the image is damaged.
 */
export async function encode(
  sharp: Sharp,
  source: ImageSource,
  options: CompressOptions,
): Promise<EncodedImage> {
  // A conversion from sRGB to sRGB would take as long as all the rest.
  const useProfile = source.profile === "other";
  try {
    return await encodeColours(sharp, source, { ...options, useProfile });
  } catch (err) {
    if (!useProfile) throw err;
    // A broken profile alone is no reason to refuse a picture.
    return encodeColours(sharp, source, { ...options, useProfile: false });
  }
}

async function encodeColours(
  sharp: Sharp,
  source: ImageSource,
  options: CompressOptions & { useProfile: boolean },
): Promise<EncodedImage> {
  const { maxPixels, useProfile } = options;
  const reader = readerOf(sharp, source, { maxPixels, ignoreIcc: !useProfile });
  if (options.format === "jpeg") reader.flatten({ background: "#ffffff" });
  // The library converts 16 bits with a profile to Display P3, and leaves them there unless told
  // otherwise.
  if (useProfile && source.is16BitRgb) reader.withIccProfile("srgb", { attach: false });
  scale(reader, source.side, targetSize(source, options));
  const { data, info } = await write(reader, options).toBuffer({ resolveWithObject: true });
  return { format: options.format, width: info.width, height: info.height, bytes: data };
}

function scale(reader: ImageReader, from: Size, to: Size): void {
  if (from.width === to.width && from.height === to.height) return;
  // Without fast shrinking, in which the decoder averages instead of filtering (bench/images.mjs).
  reader.resize({ ...to, fit: "fill", kernel: "lanczos3", fastShrinkOnLoad: false });
}

function write(reader: ImageReader, { format, quality, pngLevel }: CompressOptions): ImageReader {
  switch (format) {
    case "jpeg":
      return reader.jpeg({ quality, chromaSubsampling: "4:2:0", optimiseCoding: true });
    case "png":
      return reader.png({ compressionLevel: zlibNgLevel(pngLevel), adaptiveFiltering: true });
    case "webp":
      return reader.webp({ quality, effort: 6 });
  }
}

/**
 * The library writes with zlib-ng, whose level 6 saves less than zlib's: a photograph takes 8.2 MB,
 * with 7 instead 7.4 MB, as much as Pillow needs (bench/images.mjs).
 */
function zlibNgLevel(zlibLevel: number): number {
  return zlibLevel === 6 ? 7 : zlibLevel;
}
