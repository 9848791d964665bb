/**
 * JSON that every client reads as one line. Three characters that JSON leaves as they are end one
 * for Python's `str.splitlines`, and so for httpx and requests.
 */
export function jsonLine(value: unknown): string {
  const json = JSON.stringify(value);
  // Nearly no line has one. Plain searches tell for 0.1 µs a chunk on Node, a third of a pattern's.
  if (!json.includes("\u0085") && !json.includes("\u2028") && !json.includes("\u2029")) return json;
  // They stand in strings only, where an escape means the same.
  return json
    .replaceAll("\u0085", String.raw`\u0085`)
    .replaceAll("\u2028", String.raw`\u2028`)
    .replaceAll("\u2029", String.raw`\u2029`);
}
