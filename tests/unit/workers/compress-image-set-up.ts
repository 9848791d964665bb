import sharp, { type Color } from "sharp";
import { deflateSync } from "node:zlib";
import type { CompressedImage, CompressOptions } from "../../../src/images/compressed-image.ts";
import { compressImage } from "../../../workers/tasks/compress-image.ts";

export const DEFAULTS: CompressOptions = {
  compress: true,
  format: "jpeg",
  formatIsRequested: false,
  maxDimension: 2667,
  quality: 85,
  pngLevel: 6,
  maxPixels: 50_000_000,
};

export function run(bytes: Uint8Array, options: Partial<CompressOptions> = {}) {
  return compressImage({ bytes, options: { ...DEFAULTS, ...options } });
}

/** Runs the task on an image that it must take. */
export async function compressed(bytes: Uint8Array, options: Partial<CompressOptions> = {}) {
  const result = await run(bytes, options);
  if (!result.ok) throw new Error(`refused: ${result.message}`);
  return { ...result, file: fileOf(result) };
}

/** What the task says when it refuses; what it made instead, when it does not. */
export async function refusal(bytes: Uint8Array, options: Partial<CompressOptions> = {}) {
  const result = await run(bytes, options);
  return result.ok ? result.sent : result.message;
}

export function fileOf({ base64 }: CompressedImage): Buffer {
  return Buffer.from(Buffer.from(base64).toString("latin1"), "base64");
}

/** One pixel of a file, decoded without regard to orientation or profile. */
export async function pixelAt(file: Uint8Array, x: number, y: number): Promise<number[]> {
  const { data, info } = await sharp(file, { ignoreIcc: true })
    .raw()
    .toBuffer({ resolveWithObject: true });
  const at = (y * info.width + x) * info.channels;
  return [...data.subarray(at, at + info.channels)];
}

export function flat(width: number, height: number, background: Color, channels: 3 | 4 = 3) {
  return sharp({ create: { width, height, channels, background } });
}

/** The same noise each time: hard to compress, so that quality decides about the size. */
export function noise(width: number, height: number, channels: 1 | 3 | 4 = 3) {
  let state = 1;
  const data = Uint8Array.from({ length: width * height * channels }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
  return sharp(data, { raw: { width, height, channels } });
}

export function pngChunk(type: string, data: Uint8Array): Buffer {
  const chunk = Buffer.alloc(12 + data.length);
  chunk.writeUInt32BE(data.length);
  chunk.write(type, 4, "latin1");
  chunk.set(data, 8);
  chunk.writeUInt32BE(crc32(chunk.subarray(4, -4)), chunk.length - 4);
  return chunk;
}

interface PngParts {
  width: number;
  height: number;
  depth: number;
  /** 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGBA. */
  colour: number;
  /** Rows before compression, each behind its filter byte. */
  rows: Uint8Array;
  /** Chunks between header and pixels. */
  extra?: Uint8Array[];
}

export function pngFile({ width, height, depth, colour, rows, extra = [] }: PngParts): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width);
  header.writeUInt32BE(height, 4);
  header.set([depth, colour], 8);
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"),
    pngChunk("IHDR", header),
    ...extra,
    pngChunk("IDAT", deflateSync(rows, { level: 9 })),
    pngChunk("IEND", Buffer.alloc(0)),
  ]);
}

/** A GIF of one black pixel, shown many times. */
export function gifFile(frames: number): Buffer {
  const head = Buffer.from("GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff", "latin1");
  const frame = Buffer.from(
    "!\xf9\x04\0\x01\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02L\x01\0",
    "latin1",
  );
  return Buffer.concat([head, ...Array<Buffer>(frames).fill(frame), Buffer.from(";")]);
}

function crc32(bytes: Uint8Array): number {
  let rest = 0xffffffff;
  for (const byte of bytes) {
    rest ^= byte;
    for (let bit = 0; bit < 8; bit += 1) rest = (rest >>> 1) ^ (rest & 1 ? 0xedb88320 : 0);
  }
  return ~rest >>> 0;
}
