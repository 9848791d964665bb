import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";

const ANYWHERE = /sha256[:-]([0-9a-f]{64})/gi;
const DIGEST = /^sha256[:-]([0-9a-f]{64})$/i;

/** `sha256:<hex>` of these bytes. */
export function digestOf(bytes: Uint8Array | string): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

/** `sha256:<hex>` of a file, read in pieces. */
export async function digestOfFile(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    signal?.throwIfAborted();
    hash.update(chunk as Buffer);
  }
  return `sha256:${hash.digest("hex")}`;
}

/** `sha256:<hex>` as the store spells it; `undefined` for an invalid digest. */
export function parseDigest(text: string): string | undefined {
  const hex = DIGEST.exec(text)?.[1];
  return hex && `sha256:${hex.toLowerCase()}`;
}

/** Every digest in a text, as in file names or in the usual spelling. */
export function digestsIn(text: string): string[] {
  return [...text.matchAll(ANYWHERE)].map(([, hex = ""]) => `sha256:${hex.toLowerCase()}`);
}

/** Content is not what its digest says; the message is the one Ollama gives. */
export class DigestMismatchError extends Error {
  constructor(expected: string, got: string) {
    super(`digest mismatch, expected ${JSON.stringify(expected)}, got ${JSON.stringify(got)}`);
  }
}
