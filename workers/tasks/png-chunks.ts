import { joined } from "./joined-parts.ts";

const SIGNATURE_BYTES = 8;
/** Length, type and checksum around a chunk's data. */
const CHUNK_FRAME_BYTES = 12;

/**
 * The chunks that the pixels need. All others say who, where, when or with what, or repeat sRGB.
 */
const KEPT_CHUNKS = new Set([
  ...["IHDR", "PLTE", "IDAT", "IEND", "tRNS"],
  ...["gAMA", "cHRM", "sRGB", "sBIT", "bKGD", "pHYs"],
]);

interface Chunk {
  type: string;
  start: number;
  end: number;
}

/**
 * A PNG without metadata (EXIF, texts, times, profile, private chunks, bytes after its end), its
 * pixels untouched. The same array when there is nothing to drop.
 * @returns undefined when the file does not run to its end mark: then only decoding it helps.
 */
export function stripPng(bytes: Uint8Array): Uint8Array | undefined {
  const parts = [bytes.subarray(0, SIGNATURE_BYTES)];
  for (const { type, start, end } of pngChunks(bytes)) {
    if (KEPT_CHUNKS.has(type)) parts.push(bytes.subarray(start, end));
    if (type === "IEND") return joined(parts, bytes);
  }
  return undefined;
}

/** Whether a PNG is an animation: its mark stands before the first pixels. */
export function isAnimatedPng(bytes: Uint8Array): boolean {
  for (const { type } of pngChunks(bytes)) {
    if (type === "acTL") return true;
    if (type === "IDAT") return false;
  }
  return false;
}

/** The whole chunks from the first on; `start` and `end` include length and checksum. */
function* pngChunks(bytes: Uint8Array): Generator<Chunk> {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let start = SIGNATURE_BYTES;
  while (start + CHUNK_FRAME_BYTES <= view.length) {
    const end = start + CHUNK_FRAME_BYTES + view.readUInt32BE(start);
    if (end > view.length) return;
    yield { type: view.toString("latin1", start + 4, start + 8), start, end };
    start = end;
  }
}
