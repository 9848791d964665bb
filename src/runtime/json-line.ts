/** What JSON leaves as it is and Python's `str.splitlines`, so httpx and requests, ends a line at. */
const ENDS_A_LINE = /[\u0085\u2028\u2029]/;

/** JSON that every client reads as one line. */
export function jsonLine(value: unknown): string {
  const json = JSON.stringify(value);
  // Nearly no line has one, and a search that finds nothing costs far less than a replacement.
  return ENDS_A_LINE.test(json) ? withoutLineEnds(json) : json;
}

/** They stand in strings only, where an escape means the same. */
function withoutLineEnds(json: string): string {
  return json
    .replaceAll("\u0085", String.raw`\u0085`)
    .replaceAll("\u2028", String.raw`\u2028`)
    .replaceAll("\u2029", String.raw`\u2029`);
}
