import { stringify } from "csv-stringify/sync";

/** What a line of CSV is made of. */
export type Field = string | number | boolean | null | undefined;

/**
 * Lines of CSV (RFC 4180). A text that a spreadsheet would take for a formula gets an apostrophe
 * before it: clients choose the names of projects and models.
 */
export function csvLines(lines: Field[][]): string {
  if (lines.length === 0) return "";
  return stringify(lines, {
    escape_formulas: true,
    record_delimiter: "windows",
    // By itself it quotes a text with this very delimiter only.
    quoted_match: /[\r\n]/,
  });
}
