import type { Metadata } from "sharp";
import type { ImageSide, RefusedImage } from "../../src/images/compressed-image.ts";
import type { SourceFormat } from "./image-content.ts";
import type { Sharp } from "./image-library.ts";
import type { Size } from "./image-size.ts";
import { isSrgbProfile } from "./icc-profile.ts";
import { isAnimatedPng } from "./png-chunks.ts";

/** The facts about an image that the pipeline needs before it decodes it. */
export interface ImageSource {
  bytes: Uint8Array;
  side: ImageSide & { format: SourceFormat };
  /** EXIF orientation, 1 where there is none. */
  orientation: number;
  /** Whether the image has more than one frame or page, or is of a kind that may have. */
  isAnimated: boolean;
  hasAlpha: boolean;
  /** Eight bits of grey or RGB: not 16 bits, CMYK, Lab or the like. */
  isCommonSpace: boolean;
  is16BitRgb: boolean;
  profile: "none" | "srgb" | "other";
  /** EXIF, XMP or IPTC. */
  hasMetadata: boolean;
}

export type ImageReader = ReturnType<Sharp>;

/** Bytes of a sample of each type, by libvips' names. */
const SAMPLE_BYTES: Record<string, number> = {
  ...{ uchar: 1, char: 1, ushort: 2, short: 2, uint: 4, int: 4, float: 4 },
  ...{ complex: 8, double: 8, dpcomplex: 16 },
};
/** Bytes of a pixel of RGBA with 16 bits a channel; `maxPixels` is about such pixels. */
const LARGEST_COMMON_PIXEL_BYTES = 8;

/** Reads an image's header and refuses what is too large, before any pixel is decoded. */
export async function readSource(
  sharp: Sharp,
  bytes: Uint8Array,
  { format, maxPixels }: { format: SourceFormat; maxPixels: number },
): Promise<{ ok: true; source: ImageSource } | RefusedImage> {
  let metadata: Metadata;
  try {
    // Without a limit, because the refusal states the size.
    metadata = await sharp(bytes, { limitInputPixels: false, failOn: "error" }).metadata();
  } catch (err) {
    return refuseDamaged(format, err);
  }
  const refusal = refuseSize(metadata, maxPixels);
  return refusal ?? { ok: true, source: describe(metadata, bytes, format) };
}

function refuseSize(metadata: Metadata, maxPixels: number): RefusedImage | undefined {
  const { width, height, channels, depth } = metadata;
  const pixels = width * height;
  if (pixels > maxPixels) {
    return refuse(
      `The image has ${pixels} pixels (${width} × ${height}), more than the limit of ${maxPixels}`,
    );
  }
  // A TIFF of few pixels can have gigabytes of samples.
  const pixelBytes = channels * (SAMPLE_BYTES[depth] ?? Number.POSITIVE_INFINITY);
  if (pixels * pixelBytes > maxPixels * LARGEST_COMMON_PIXEL_BYTES) {
    return refuse(
      `The image has too many bits a pixel for its ${pixels} pixels: send JPEG, PNG or WebP`,
    );
  }
  return undefined;
}

function describe(metadata: Metadata, bytes: Uint8Array, format: SourceFormat): ImageSource {
  const { icc, exif, xmp, iptc, autoOrient, space, depth } = metadata;
  return {
    bytes,
    side: { format, ...seenSize(autoOrient), bytes: bytes.length },
    orientation: metadata.orientation ?? 1,
    isAnimated: (metadata.pages ?? 1) > 1 || isAnimated(bytes, format),
    hasAlpha: metadata.hasAlpha,
    isCommonSpace: depth === "uchar" && (space === "srgb" || space === "b-w"),
    is16BitRgb: space === "rgb16",
    profile: icc ? (isSrgbProfile(icc) ? "srgb" : "other") : "none",
    hasMetadata: Boolean(exif ?? xmp ?? iptc),
  };
}

const seenSize = ({ width, height }: Size) => ({ width, height });

/**
 * Detects animations that the library does not report: it reads no APNG, and an animation may have
 * one frame.
 */
function isAnimated(bytes: Uint8Array, format: SourceFormat): boolean {
  if (format === "png") return isAnimatedPng(bytes);
  const isExtendedWebp = format === "webp" && bytes[15] === "X".charCodeAt(0);
  return isExtendedWebp && ((bytes[20] ?? 0) & 2) !== 0;
}

/** The reader of all decoding: the first frame or page only, refused when it is cut off. */
export function readerOf(
  sharp: Sharp,
  { bytes }: Pick<ImageSource, "bytes">,
  { maxPixels, ignoreIcc }: { maxPixels: number; ignoreIcc: boolean },
): ImageReader {
  return sharp(bytes, {
    // At "warning" photographs of some telephones would be refused, which every other program
    // shows.
    failOn: "error",
    limitInputPixels: maxPixels,
    autoOrient: true,
    ignoreIcc,
  });
}

/**
 * Decodes a whole image, and keeps next to nothing.
 * @returns what is wrong with it, or undefined.
 */
export async function findDamage(
  sharp: Sharp,
  source: ImageSource,
  maxPixels: number,
): Promise<RefusedImage | undefined> {
  try {
    await readerOf(sharp, source, { maxPixels, ignoreIcc: true })
      // With "nearest", rows after the last sampled one would not be decoded.
      .resize({ width: 8, height: 8, fit: "fill", kernel: "linear" })
      .raw()
      .toBuffer();
    return undefined;
  } catch (err) {
    return refuseDamaged(source.side.format, err);
  }
}

const NAMES: Record<SourceFormat, string> = {
  ...{ jpeg: "JPEG", png: "PNG", webp: "WebP", gif: "GIF", tiff: "TIFF", avif: "AVIF" },
  heic: "HEIC",
};

function refuseDamaged(format: SourceFormat, err: unknown): RefusedImage {
  if (format === "heic") return refuse("HEIC images cannot be read: send JPEG, PNG or WebP");
  const cause = shortCause(err);
  return refuse(
    `The ${NAMES[format]} image is damaged or incomplete and cannot be decoded${cause && ` (${cause})`}`,
  );
}

/** The last line of an error that is a phrase, without the loader's name. */
function shortCause(err: unknown): string {
  const lines = err instanceof Error ? err.message.split("\n") : [];
  const cause = lines
    .map((line) => /^(?:.*: )?([\w][\w '-]{7,79})$/.exec(line.trim())?.[1] ?? "")
    .findLast((line) => line.includes(" ") && !/bad seek|failOn|buffer/.test(line));
  return cause ?? "";
}

export function refuse(message: string): RefusedImage {
  return { ok: false, message };
}
