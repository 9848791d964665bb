/** Where Python's `str.splitlines` ends a line, and with it httpx and requests. */
// oxlint-disable-next-line no-control-regex -- three of them are.
const LINE_END = /\r\n|[\n\v\f\r\u001c-\u001e\u0085\u2028\u2029]/;

/** The characters of those that may stand in JSON as they are. */
export const RAW_LINE_ENDS = "\u0085\u2028\u2029";

/** A text's lines as httpx and requests see them, without empty ones. */
export function pythonLines(text: string): string[] {
  return text.split(LINE_END).filter((line) => line !== "");
}
