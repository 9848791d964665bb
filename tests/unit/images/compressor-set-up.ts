import type { Signal } from "../../../src/runtime/light-signal.ts";
import type { DecodedImage } from "../../../src/images/image-body.ts";
import { ImageCache } from "../../../src/images/image-cache.ts";
import { ImageCompressor } from "../../../src/images/image-compressor.ts";
import { deferred } from "../../../src/runtime/deferred.ts";
import type { CompressedImage, CompressOptions } from "../../../src/images/compressed-image.ts";

/** An image of a request; those of the same hash are equal. */
export const image = (hash: string, path = `images.${hash}`): DecodedImage => ({
  ok: true,
  path,
  bytes: Buffer.from(hash),
  hash,
});

/** What a compression of an image gives: of 100 bytes `sent` are left. */
export const compressed = (text: string, sent = 60): CompressedImage => ({
  ok: true,
  base64: Buffer.from(text),
  source: { format: "png", width: 2, height: 2, bytes: 100 },
  sent: { format: "jpeg", width: 1, height: 1, bytes: sent },
  ms: 5,
});

/** A compressor whose compressions the test brings to their end. */
export function setUpCompressor() {
  const begun: { image: DecodedImage; options: CompressOptions; signal: Signal }[] = [];
  const ends: ReturnType<typeof deferred<CompressedImage>>[] = [];
  const compressor = new ImageCompressor({
    compress: (image, options, { signal }) => {
      begun.push({ image, options, signal });
      const end = deferred<CompressedImage>();
      signal.addEventListener("abort", () => end.reject(new Error("called off")));
      ends.push(end);
      return end.promise;
    },
    cache: new ImageCache({
      maxSize: 100,
      maxBytes: 1_000_000,
      ttlMs: 3_600_000,
      bytesOf: ({ base64 }) => base64.byteLength,
    }),
    defaults: { maxDimension: 2667, quality: 85, pngLevel: 6, maxPixels: 1_000_000 },
  });
  /** The end of the nth compression, from 0. */
  const end = (index: number) => {
    const found = ends[index];
    if (!found) throw new Error(`only ${ends.length} compressions were begun`);
    return found;
  };
  const hashes = (): string[] => begun.map(({ image }) => image.hash);
  return { compressor, begun, end, hashes };
}
