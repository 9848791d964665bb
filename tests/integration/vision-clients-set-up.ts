/** A body as Python writes it: spaces behind commas and colons, ASCII only. */
export function pythonJson(value: unknown): string {
  const text = JSON.stringify(value, null, 1).replaceAll(/\n\s*/g, " ");
  return text.replaceAll(/[^\0-\x7f]/g, (char) => {
    return `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

export const PYTHON = {
  "User-Agent": "python-requests/2.32.5",
  "Accept-Encoding": "gzip, deflate, zstd",
  Accept: "*/*",
  Connection: "keep-alive",
  "Content-Type": "application/json",
};
