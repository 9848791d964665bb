/* oxlint-disable no-control-regex -- the marks of file formats are made of such characters */

/** Formats that can be decoded, by the names for clients and logs. */
export type SourceFormat = "jpeg" | "png" | "webp" | "gif" | "tiff" | "avif" | "heic";

/**
 * The kind of the bytes: an image to decode, or something else that `what` names if it is known.
 */
export type ImageContent = { format: SourceFormat } | { what: string | undefined };

/** Enough to see the start of text behind licence comments and prologs. */
const TEXT_HEAD_BYTES = 16_384;
/** PDF readers look for the mark in the first kilobyte. */
const PDF_HEAD_BYTES = 1024;

const IMAGES: readonly { format: SourceFormat; mark: RegExp }[] = [
  { format: "jpeg", mark: /^\xff\xd8\xff/ },
  { format: "png", mark: /^\x89PNG\r\n\x1a\n/ },
  { format: "webp", mark: /^RIFF[^]{4}WEBP/ },
  { format: "gif", mark: /^GIF8[79]a/ },
  { format: "tiff", mark: /^(?:II[*+]\0|MM\0[*+])/ },
  { format: "avif", mark: /^[^]{4}ftypavi[fs]/ },
  { format: "heic", mark: /^[^]{4}ftyphe(?:i[cxms]|v[cxms])/ },
];

const OTHERS: readonly { what: string; mark: RegExp }[] = [
  { what: "a BMP image", mark: /^BM[^]{4}\0\0\0\0/ },
  { what: "an icon", mark: /^\0\0[\x01\x02]\0/ },
  { what: "a JPEG XL image", mark: /^(?:\xff\x0a|\0\0\0\x0cJXL )/ },
  { what: "a JPEG 2000 image", mark: /^(?:\xff\x4f\xff\x51|\0\0\0\x0cjP {2})/ },
  { what: "a Photoshop file", mark: /^8BPS/ },
  { what: "a video", mark: /^(?:[^]{4}ftyp|\x1aE\xdf\xa3|RIFF[^]{4}AVI )/ },
  { what: "a sound recording", mark: /^(?:RIFF[^]{4}WAVE|ID3|OggS|fLaC|\xff[\xf2\xf3\xfa\xfb])/ },
  { what: "a ZIP archive", mark: /^PK(?:\x03\x04|\x05\x06)/ },
  { what: "a gzip archive", mark: /^\x1f\x8b/ },
  { what: "a PDF document", mark: /%PDF-/ },
];

/**
 * Recognises an image by its first bytes, not by the type that the client states.
 * @param bytes At least one.
 */
export function recogniseImage(bytes: Uint8Array): ImageContent {
  const head = latin1(bytes, PDF_HEAD_BYTES);
  const image = IMAGES.find(({ mark }) => mark.test(head));
  if (image) return { format: image.format };
  const container = heifFormat(head);
  if (container) return { format: container };
  const other = OTHERS.find(({ mark }) => mark.test(head));
  return { what: other?.what ?? textKind(bytes) };
}

/** The format of an ISO container whose major brand is a general one, by its other brands. */
function heifFormat(head: string): SourceFormat | undefined {
  const box = /^\0\0\0([^])ftyp(?:mif1|msf1|miaf)/.exec(head);
  if (!box) return undefined;
  const brands = head.slice(16, box[1]?.charCodeAt(0));
  return /avi[fs]/.test(brands) ? "avif" : "heic";
}

/** Which kind of text the bytes are, if they are text. */
function textKind(bytes: Uint8Array): string | undefined {
  const text = headAsText(bytes);
  if (text === undefined) return undefined;
  const start = text.trimStart();
  if (/^<!doctype html|^<html/i.test(start)) return "an HTML page";
  if (start.startsWith("<") && /<(?:[\w-]+:)?svg[\s/>]/i.test(start)) return "an SVG drawing";
  if (start.startsWith("<?xml")) return "an XML document";
  return "plain text";
}

/** The first bytes as text, without a byte order mark; undefined when they are not text. */
function headAsText(bytes: Uint8Array): string | undefined {
  const head = bytes.subarray(0, TEXT_HEAD_BYTES);
  // In UTF-16 the Latin letters are enough to tell the kinds apart.
  if (/^(?:\xff\xfe|\xfe\xff)/.test(latin1(head, 2))) {
    return latin1(head.subarray(2), TEXT_HEAD_BYTES).replaceAll("\0", "");
  }
  try {
    // As a stream, because the head may end within a letter.
    const text = new TextDecoder("utf-8", { fatal: true }).decode(head, { stream: true });
    return /[\0-\x08\x0e-\x1a\x1c-\x1f]/.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
}

function latin1(bytes: Uint8Array, length: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(length, bytes.length)).toString(
    "latin1",
  );
}
