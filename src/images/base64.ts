/** Base64 that was decoded, or why it was not, as a whole sentence. */
export type Decoded = { ok: true; bytes: Uint8Array } | { ok: false; message: string };

/**
 * Decodes standard base64 (RFC 4648 §4) into bytes that own their memory, so that they can be
 * handed to a thread. Line breaks are skipped, as Go's decoder and so Ollama does. What else is
 * not of the alphabet is refused: Node's and Bun's decoders would drop it without a word, or
 * take `Ł` (U+0141) for `A` (U+0041), and make another picture of the rest.
 */
export function decodeBase64(text: string, maxBytes: number): Decoded {
  const plain = /[\r\n]/.test(text) ? text.replaceAll(/[\r\n]+/g, "") : text;
  if (plain === "") return refused("The image is empty");
  const expected = decodedBytes(plain);
  if (expected > maxBytes) {
    return refused(
      `The image has ${expected} bytes; the limit is ${maxBytes} (IMAGE_MAX_SIZE_BYTES)`,
    );
  }
  if (plain.includes("-") || plain.includes("_")) {
    return refused(
      "The image is in base64's URL alphabet; send the standard one, with + and / for - and _",
    );
  }
  const bytes = new Uint8Array(expected);
  const written = Buffer.from(bytes.buffer).write(plain, "base64");
  const isAscii = Buffer.byteLength(plain) === plain.length;
  if (isAscii && plain.length % 4 === 0 && written === expected) return { ok: true, bytes };
  return refused(
    "The image is not whole base64: there are spaces or foreign characters in it, or its end is missing",
  );
}

function decodedBytes(plain: string): number {
  const padding = plain.endsWith("==") ? 2 : plain.endsWith("=") ? 1 : 0;
  return Math.max(0, Math.floor((plain.length * 3) / 4) - padding);
}

function refused(message: string): Decoded {
  return { ok: false, message };
}
