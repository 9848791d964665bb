import { joined } from "./joined-parts.ts";

const START = 0xd8;
const END = 0xd9;
const SCAN = 0xda;
const COMMENT = 0xfe;
/** Baseline, extended and progressive with Huffman codes: what every reader reads. */
const COMMON_FRAMES = new Set([0xc0, 0xc1, 0xc2]);
/** Marker codes in the range of frames that are no frames: tables, and a reserved one. */
const TABLES_AMONG_FRAMES = new Set([0xc4, 0xc8, 0xcc]);

interface Segment {
  marker: number;
  /** The index of the marker's code, after all 0xff. */
  at: number;
  /** The index after the segment, and for a scan after its compressed data. */
  end: number;
}

/**
 * A JPEG without metadata (EXIF, XMP, IPTC, profile, comments, thumbnails, bytes after its end),
 * its pixels untouched. The same array when there is nothing to drop.
 * @returns undefined when the file cannot be followed to its end mark or is of a kind that few
 * programs read (arithmetic coding, lossless, 12 bits): then only decoding it helps.
 */
export function stripJpeg(bytes: Uint8Array): Uint8Array | undefined {
  const parts = [bytes.subarray(0, 2)];
  for (const segment of jpegSegments(bytes)) {
    const { marker, at, end } = segment;
    if (isFrame(marker) && !isCommonFrame(bytes, segment)) return undefined;
    const part = isApplication(marker) ? colourFacts(bytes, segment) : bytes.subarray(at - 1, end);
    if (marker !== COMMENT && part) parts.push(part);
    if (marker === END) return joined(parts, bytes);
  }
  return undefined;
}

const isFrame = (marker: number) =>
  marker >= 0xc0 && marker <= 0xcf && !TABLES_AMONG_FRAMES.has(marker);

const isCommonFrame = (bytes: Uint8Array, { marker, at }: Segment) =>
  COMMON_FRAMES.has(marker) && bytes[at + 3] === 8;

const isApplication = (marker: number) => marker >= 0xe0 && marker <= 0xef;

/** The parts of application segments that say how colours are stored: JFIF's and Adobe's. */
function colourFacts(bytes: Uint8Array, { marker, at, end }: Segment): Uint8Array | undefined {
  const name = String.fromCharCode(...bytes.subarray(at + 3, at + 8));
  if (marker === 0xee && name === "Adobe") return bytes.subarray(at - 1, end);
  if (marker !== 0xe0 || name !== "JFIF\0" || end < at + 17) return undefined;
  const head = bytes.slice(at - 1, at + 17);
  // Length 16; the last two bytes say that no thumbnail follows.
  head.set([0, 16], 2);
  head.set([0, 0], 16);
  return head;
}

/** The segments from the start mark to the end mark. Stops early where the file is invalid. */
function* jpegSegments(bytes: Uint8Array): Generator<Segment> {
  let at = 2;
  while (bytes[at] === 0xff) {
    while (bytes[at] === 0xff) at += 1;
    const marker = bytes[at];
    if (marker === undefined || marker === 0 || marker === START) return;
    const end = segmentEnd(bytes, marker, at);
    if (end > bytes.length) return;
    yield { marker, at, end };
    if (marker === END) return;
    at = end;
  }
}

function segmentEnd(bytes: Uint8Array, marker: number, at: number): number {
  if (marker === END || isRestart(marker)) return at + 1;
  const length = ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
  const end = at + 1 + Math.max(2, length);
  return marker === SCAN ? scanEnd(bytes, end) : end;
}

/** The end of compressed data: at a 0xff that is neither escaped nor a restart mark. */
function scanEnd(bytes: Uint8Array, start: number): number {
  let at = bytes.indexOf(0xff, start);
  while (at !== -1) {
    const next = bytes[at + 1];
    if (next !== undefined && next !== 0 && !isRestart(next)) return at;
    at = bytes.indexOf(0xff, at + 1);
  }
  return bytes.length;
}

const isRestart = (marker: number) => marker >= 0xd0 && marker <= 0xd7;
