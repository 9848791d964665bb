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
 * JSON that every client reads as one line. Python's `str.splitlines`, which httpx and requests
 * use, ends a line at U+0085 as well; Go does not escape it.
 */
export function renderLine(value: unknown): string {
  return renderJson(value).replaceAll("\u0085", String.raw`\u0085`);
}
