import truncatedWidth from "fast-string-truncated-width";
import { widthOf } from "../../runtime/wrap-words.ts";

export { widthOf, wrap } from "../../runtime/wrap-words.ts";

const ELLIPSIS = "…";

/** A text that takes at most so many columns. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  if (width < 1) return "";
  const { index } = truncatedWidth(text, { limit: width, ellipsis: ELLIPSIS, ellipsisWidth: 1 });
  return `${text.slice(0, index)}${ELLIPSIS}`;
}

/** One line of it: what others wrote may break lines, move the cursor and turn the order of letters. */
export function oneLine(text: string): string {
  // oxlint-disable-next-line no-control-regex -- these are what must not reach the terminal
  return text.replaceAll(/[\s\u0000-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]+/g, " ").trim();
}

/**
 * A text of several lines for a terminal: what would move the cursor, change colours or press keys is
 * left out.
 */
export function shownText(text: string): string {
  // oxlint-disable-next-line no-control-regex -- these are what must not reach the terminal
  return text.replaceAll(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/g, "");
}

/** The same, but for the colours that this program writes itself. */
export function paintedText(text: string): string {
  return text
    .split(OWN_COLORS)
    .map((part, at) => (at % 2 === 1 ? part : shownText(part)))
    .join("");
}

// oxlint-disable-next-line no-control-regex -- what styleText writes for the names of style.ts
const OWN_COLORS = /(\u001B\[(?:[12]|22|3[1259])m)/;
