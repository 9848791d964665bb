/** Puts the parts of a file together again; the file itself when they are all of it. */
export function joined(parts: Uint8Array[], whole: Uint8Array): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return length === whole.length ? whole : Buffer.concat(parts, length);
}
