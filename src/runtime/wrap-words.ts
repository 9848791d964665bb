import truncatedWidth from "fast-string-truncated-width";

/** The columns that a text takes on a terminal. */
export function widthOf(text: string): number {
  return truncatedWidth(text).width;
}

/** A text in lines of at most so many columns, broken between words. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && widthOf(line) + 1 + widthOf(word) > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
