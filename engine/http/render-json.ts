const ESCAPED: Readonly<Record<string, string>> = {
  "<": String.raw`\u003c`,
  ">": String.raw`\u003e`,
  "&": String.raw`\u0026`,
  "\u2028": String.raw`\u2028`,
  "\u2029": String.raw`\u2029`,
};

/** JSON as Go writes it: `<`, `>`, `&` and the two line separators are escaped. */
export function renderJson(value: unknown): string {
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (char) => ESCAPED[char] ?? char);
}

/**
 * JSON for a client, which every reader takes for one line: Python's `str.splitlines`, so httpx and
 * requests, ends one at U+0085 as well, which Go leaves as it is.
 */
export function renderLine(value: unknown): string {
  return renderJson(value).replaceAll("\u0085", String.raw`\u0085`);
}
