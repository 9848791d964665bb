import { type SettingGroup, int, MIB, seconds } from "../setting-types.ts";

/** Images: their limits, their compression, and the cache of compressed ones. */
export const IMAGE_SETTINGS = {
  imageMaxDimension: int({
    env: "IMAGE_MAX_DIMENSION",
    fallback: 2667,
    min: 256,
    max: 2667,
    about:
      "Longest side of an image that a model is given, in pixels; larger ones are scaled down.",
  }),
  imageQuality: int({
    env: "IMAGE_JPEG_QUALITY",
    fallback: 85,
    min: 1,
    max: 100,
    about: "Quality of compressed images, JPEG and WebP.",
  }),
  imagePngLevel: int({
    env: "IMAGE_PNG_COMPRESSION",
    fallback: 6,
    min: 0,
    max: 9,
    about: "Compression level of PNG images.",
  }),
  imageMaxBytes: int({
    env: "IMAGE_MAX_SIZE_BYTES",
    fallback: 10 * MIB,
    min: 1024,
    max: 100 * MIB,
    about: "Largest image file, base64 decoded.",
  }),
  imageMaxPixels: int({
    env: "IMAGE_MAX_PIXELS",
    fallback: 100_000_000,
    min: 1_000_000,
    max: 1_000_000_000,
    about: "Pixels of an image; one with more is refused before it is decoded.",
  }),
  imageCacheMaxSize: int({
    env: "IMAGE_CACHE_MAX_SIZE",
    fallback: 100,
    min: 1,
    max: 10_000,
    about: "Compressed images that are kept in memory.",
  }),
  imageCacheMaxBytes: int({
    env: "IMAGE_CACHE_MAX_BYTES",
    fallback: 64 * MIB,
    min: MIB,
    max: 16_384 * MIB,
    about: "Memory that kept images may take.",
  }),
  imageCacheTtlMs: seconds({
    env: "IMAGE_CACHE_TTL_SECONDS",
    fallback: 3600,
    min: 60,
    max: 86_400,
    about: "How long a compressed image is kept.",
  }),
} satisfies SettingGroup;
