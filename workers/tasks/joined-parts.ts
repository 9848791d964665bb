/** Joins the parts of a file; returns the file itself when nothing was left out. */
export function joined(parts: Uint8Array[], whole: Uint8Array): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return length === whole.length ? whole : Buffer.concat(parts, length);
}
