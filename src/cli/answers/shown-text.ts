/**
 * A text of a model's for a terminal: what would move the cursor, change colours or press keys is
 * left out.
 */
export function shownText(text: string): string {
  // oxlint-disable-next-line no-control-regex -- these are what must not reach the terminal
  return text.replaceAll(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/g, "");
}
