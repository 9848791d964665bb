import type {
  CompressedImage,
  CompressOptions,
  ImageSide,
  RefusedImage,
} from "../../src/images/compressed-image.ts";
import { recogniseImage } from "./image-content.ts";
import { encode, targetSize, type EncodedImage } from "./image-encode.ts";
import { loadSharp, type Sharp } from "./image-library.ts";
import { findDamage, readSource, refuse, type ImageSource } from "./image-source.ts";
import { stripJpeg } from "./jpeg-segments.ts";
import { stripPng } from "./png-chunks.ts";

/** An image whose bytes are ready to be sent on. */
type SentImage = ImageSide & { data: Uint8Array };

/**
 * Makes an image ready for a vision model: upright, no larger than requested, in sRGB, without
 * metadata, in a format that every Ollama reads. It never grows in bytes: where encoding again does
 * not help, the original bytes are sent on without metadata.
 *
 * An unusable image (no image, too many pixels, damaged) comes back as a refusal.
 * @throws what the image library says when it fails on an image that it can decode.
 */
export async function compressImage({
  bytes,
  options,
}: {
  bytes: Uint8Array;
  options: CompressOptions;
}): Promise<CompressedImage | RefusedImage> {
  if (bytes.length === 0) return refuse("The image is empty");
  const content = recogniseImage(bytes);
  if ("what" in content) return refuseContent(content.what);
  const sharp = await loadSharp();
  const startedAt = performance.now();
  const read = await readSource(sharp, bytes, { ...content, maxPixels: options.maxPixels });
  if (!read.ok) return read;
  const { source } = read;
  const sent = await (options.compress ? compress : check)(sharp, source, options);
  if ("message" in sent) return sent;
  const { data, ...side } = sent;
  return {
    ok: true,
    base64: toBase64(data),
    source: source.side,
    sent: side,
    ms: performance.now() - startedAt,
  };
}

function refuseContent(what: string | undefined): RefusedImage {
  const finding = what
    ? `The image seems to be ${what}, which cannot be read`
    : "The image's format is not known";
  return refuse(`${finding}: send JPEG, PNG or WebP`);
}

async function check(
  sharp: Sharp,
  source: ImageSource,
  { maxPixels }: CompressOptions,
): Promise<SentImage | RefusedImage> {
  const damage = await findDamage(sharp, source, maxPixels);
  return damage ?? { ...source.side, data: source.bytes };
}

async function compress(
  sharp: Sharp,
  source: ImageSource,
  options: CompressOptions,
): Promise<SentImage | RefusedImage> {
  let encoded: EncodedImage;
  try {
    encoded = await encode(sharp, source, options);
  } catch (err) {
    const damage = await findDamage(sharp, source, options.maxPixels);
    if (damage) return damage;
    throw err;
  }
  const original = mustConvert(source, options) ? undefined : withoutMetadata(source);
  const { bytes: data, ...facts } = encoded;
  return original && original.length <= data.length
    ? { ...source.side, bytes: original.length, data: original }
    : { ...facts, bytes: data.length, data };
}

/**
 * Whether the original would be unreadable, turned, in wrong colours, or not in the requested
 * format.
 */
function mustConvert(source: ImageSource, options: CompressOptions): boolean {
  const { side } = source;
  const { width, height } = targetSize(source, options);
  return (
    width !== side.width ||
    height !== side.height ||
    source.orientation !== 1 ||
    source.isAnimated ||
    !source.isCommonSpace ||
    source.profile === "other" ||
    (source.hasAlpha && options.format === "jpeg") ||
    (options.formatIsRequested && side.format !== options.format)
  );
}

/** The original without metadata; undefined where only encoding removes it. */
function withoutMetadata({ bytes, side, hasMetadata }: ImageSource): Uint8Array | undefined {
  switch (side.format) {
    case "jpeg":
      return stripJpeg(bytes);
    case "png":
      return stripPng(bytes);
    case "webp":
      return hasMetadata ? undefined : bytes;
    // Not every Ollama reads these.
    case "gif":
    case "tiff":
    case "avif":
    case "heic":
      return undefined;
  }
}

/** Base64 as ASCII in a buffer of its own, which can be transferred to another thread. */
function toBase64(data: Uint8Array): Uint8Array {
  const text = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("base64");
  const ascii = new Uint8Array(text.length);
  Buffer.from(ascii.buffer).write(text, "latin1");
  return ascii;
}
