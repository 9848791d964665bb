import { deflateSync } from "node:zlib";
import sharp, { type Sharp } from "sharp";
import { seededRandom } from "./prng.ts";

interface PictureOptions {
  width?: number;
  height?: number;
  /** Pictures of different seeds have different pixels. */
  seed?: number;
  /** How strong the noise is, 0 to 255; without any, large pictures make small files. */
  noise?: number;
}

/** Of JPEG: so good that writing it again at the service's 85 saves a good part. */
const CAMERA_QUALITY = 98;

/** A photograph's stand-in: colours that run into each other, with a little noise. */
export function photo(options: PictureOptions = {}): Promise<Buffer> {
  const { width = 64, height = 48, seed = 1, noise = 24 } = options;
  return picture(pixels(width, height, seed, noise), width, height)
    .jpeg({ quality: CAMERA_QUALITY })
    .toBuffer();
}

/**
 * A photograph of nothing but noise: to write it anew as WebP takes half a second, long enough to
 * leave meanwhile; four times that at twice the size.
 */
export async function slowPhoto(seed: number, size: 1 | 2 = 1): Promise<Buffer> {
  const name = `${seed} ${size}`;
  const [width, height] = [800 * size, 600 * size];
  const made = slowPhotos.get(name) ?? encoded();
  slowPhotos.set(name, made);
  // Whoever gets it may hand its bytes over to a thread.
  return Buffer.from(await made);

  function encoded(): Promise<Buffer> {
    const image = picture(pixels(width, height, seed, 255), width, height);
    return image.jpeg({ quality: 60 }).toBuffer();
  }
}

/** Some of them are asked for again and again. */
const slowPhotos = new Map<string, Promise<Buffer>>();

/** How a request asks for `slowPhoto` to be written. */
export const SLOWLY = { compression_format: "webp" };

/** A drawing of few colours, as PNG: no smaller as a JPEG. */
export function drawing({ width = 64, height = 48, seed = 1 }: PictureOptions = {}) {
  const bars = Buffer.alloc(width * height * 3, 255);
  for (let at = seed; at < bars.length; at += 7 + seed) bars[at] = 0;
  return picture(bars, width, height).png({ palette: true }).toBuffer();
}

/** A page as Docling sends it: PNG with an alpha channel, here with a half that is transparent. */
export function rgbaPage({ width = 64, height = 48, seed = 1 }: PictureOptions = {}) {
  const rgba = Buffer.alloc(width * height * 4);
  const colours = pixels(width, height, seed, 24);
  for (let i = 0; i < width * height; i += 1) {
    if (i % width >= width / 2) continue;
    colours.copy(rgba, i * 4, i * 3, i * 3 + 3);
    rgba[i * 4 + 3] = 255;
  }
  const raw = { width, height, channels: 4 as const };
  return sharp(rgba, { raw }).png().toBuffer();
}

/** A photograph that a camera has stored lying, with the orientation that sets it upright. */
export async function turnedPhoto(orientation: number, size: PictureOptions): Promise<Buffer> {
  const image = sharp(await photo(size)).withMetadata({ orientation });
  return image.jpeg({ quality: 90 }).toBuffer();
}

/** A PNG of a kilobyte whose header promises a square of any size. */
export function bombPng(side: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header[8] = 1; // One bit of grey for each pixel.
  const rows = deflateSync(Buffer.alloc(1_000_000), { level: 9 });
  return Buffer.concat([
    Buffer.from("89504e470d0a1a0a", "hex"),
    pngChunk("IHDR", header),
    pngChunk("IDAT", rows),
    pngChunk("IEND", Buffer.alloc(0)),
  ]);
}

/** A GIF whose first frame is repeated. */
export async function longGif(frames: number, { width = 16, height = 12 } = {}): Promise<Buffer> {
  const create = { width, height, channels: 3 as const, background: "#c02020" };
  const still = await sharp({ create }).gif().toBuffer();
  const flags = still[10] ?? 0;
  const headBytes = 13 + (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0);
  const frame = still.subarray(headBytes, -1);
  const repeated = Array.from({ length: frames }, () => frame);
  return Buffer.concat([still.subarray(0, headBytes), ...repeated, still.subarray(-1)]);
}

/** The first part of a file, as a broken upload leaves it. */
export function cutOff(bytes: Buffer, part = 0.6): Buffer {
  return bytes.subarray(0, Math.floor(bytes.length * part));
}

/** A file whose middle was overwritten. */
export function scribbledOver(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy.fill(0xff, Math.floor(bytes.length * 0.4), Math.floor(bytes.length * 0.8));
  return copy;
}

/** An image as a client sends it. */
export function dataUrl(bytes: Buffer, type = "image/jpeg"): string {
  return `data:${type};base64,${bytes.toString("base64")}`;
}

/** An image as a part of a message's content. */
export function imagePart(url: string): { type: "image_url"; image_url: { url: string } } {
  return { type: "image_url", image_url: { url } };
}

/** A text as a part of a message's content. */
export function textPart(text: string): { type: "text"; text: string } {
  return { type: "text", text };
}

function picture(rgb: Buffer, width: number, height: number): Sharp {
  return sharp(rgb, { raw: { width, height, channels: 3 } });
}

/** A gradient under noise of a given strength. */
function pixels(width: number, height: number, seed: number, noise: number): Buffer {
  const random = noise === 0 ? () => 0 : seededRandom(seed);
  const rgb = Buffer.alloc(width * height * 3);
  const level = (255 - noise) / (width + height);
  for (let at = 0, y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, at += 3) {
      rgb[at] = (x + y) * level + random() * noise;
      rgb[at + 1] = (width - x + y) * level + random() * noise;
      rgb[at + 2] = (x + height - y) * level + random() * noise;
    }
  }
  return rgb;
}

function pngChunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(named), 4);
  return Buffer.concat([frame.subarray(0, 4), named, frame.subarray(4)]);
}

/** The checksum of a PNG's chunks; Node has its own only from 22 on. */
function crc32(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
