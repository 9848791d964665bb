import type { ImageFacts, ReadyImage } from "./image-compressor.ts";
import type { LocatedImage } from "./image-body.ts";

/**
 * A body that passes through, with compressed images in the places of the large ones, in pieces:
 * to join them would hold up the main thread.
 * @param ready in the order of `images`; undefined leaves an image as it is.
 */
export function withCompressedImages(
  body: Uint8Array,
  images: LocatedImage[],
  ready: (ReadyImage | undefined)[],
): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let from = 0;
  images.forEach(({ start, end, notation }, i) => {
    const image = ready[i];
    if (!image) return;
    pieces.push(body.subarray(from, start));
    if (notation === "url") pieces.push(dataUrlHead(image.facts));
    pieces.push(image.base64);
    from = end;
  });
  pieces.push(body.subarray(from));
  return pieces;
}

function dataUrlHead({ sent }: ImageFacts): Uint8Array {
  return Buffer.from(`data:image/${sent.format};base64,`);
}
