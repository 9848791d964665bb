import type * as Zstd from "@bokuweb/zstd-wasm";
import { bufferOf } from "../runtime/buffer-of.ts";

/** What Ollama takes of a compressed body once it is decompressed. */
export const MAX_DECOMPRESSED_BYTES = 20 * 1_048_576;

/** Bytes that do not shrink grow by three for each block, which holds a kibibyte at least. */
const MAX_COMPRESSED_BYTES = MAX_DECOMPRESSED_BYTES + 65_536;

/**
 * A frame of nothing, of unknown length. The library takes memory as the first frame asks for it:
 * with this one before them, the frames of others are held to the limit that is given here.
 */
const EMPTY_FRAME = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x00, 0x01, 0x00, 0x00]);

/** zstd's own default. */
const LEVEL = 3;

/** How the library tells zstd's verdict on a body; anything else it throws is a fault of its own. */
const VERDICT = /^Failed to compress with code (-\d+)$/;

/** zstd's dstSize_tooSmall: the decompressed bytes find no room. */
const NO_ROOM = "-70";

/** A decompressed body, or why there is none. */
export type Decompressed =
  | { ok: true; bytes: Uint8Array }
  | { ok: false; reason: "too_large" | "not_zstd" };

let library: Promise<typeof Zstd> | undefined;

/**
 * Decompresses the zstd frames of a body, into memory that is taken once and bounded, whatever
 * their headers claim. It is zstd itself, as WebAssembly: decoders written in JavaScript do not
 * check what they read, and one frame of 18 bytes keeps them busy for half a minute.
 */
export async function decompressZstd(body: Uint8Array): Promise<Decompressed> {
  if (body.byteLength > MAX_COMPRESSED_BYTES) return { ok: false, reason: "too_large" };
  const { decompress } = await zstdLibrary();
  const room = { defaultHeapSize: MAX_DECOMPRESSED_BYTES };
  try {
    return { ok: true, bytes: decompress(Buffer.concat([EMPTY_FRAME, body]), room) };
  } catch (err) {
    const [, code] = (err instanceof Error && VERDICT.exec(err.message)) || [];
    if (code === undefined) throw err;
    return { ok: false, reason: code === NO_ROOM ? "too_large" : "not_zstd" };
  }
}

/** A body as one zstd frame. */
export async function compressZstd(body: Uint8Array): Promise<Uint8Array> {
  const { compress } = await zstdLibrary();
  return compress(bufferOf(body), LEVEL);
}

/**
 * zstd, loaded with the first body that needs it, which most threads never see. Once in a thread: a
 * second start of the library would take the memory away from what is under way.
 */
export function zstdLibrary(): Promise<typeof Zstd> {
  library ??= load();
  return library;
}

async function load(): Promise<typeof Zstd> {
  const zstd = await import("@bokuweb/zstd-wasm");
  await zstd.init();
  return zstd;
}
