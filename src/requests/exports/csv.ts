import { stringify } from "csv-stringify/sync";
import type { StoredRequest } from "../../../workers/request-store/protocol.ts";
import type { ColumnForm, RecordColumn } from "./record-columns.ts";

type Field = string | number | boolean | null | undefined;

/** Records as CSV, with a line of names before them. */
export async function* recordsCsv(
  pages: AsyncIterable<StoredRequest[]>,
  columns: readonly RecordColumn[],
): AsyncGenerator<string> {
  yield csvLines([columns.map(({ name }) => name)]);
  for await (const page of pages) {
    yield csvLines(page.map((record) => columns.map(({ form, of }) => written(form, of(record)))));
  }
}

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

function written(form: ColumnForm, value: ReturnType<RecordColumn["of"]>): Field {
  if (value === undefined) return undefined;
  switch (form) {
    case "time":
      return new Date(Number(value)).toISOString();
    case "latency":
      return Number(value).toFixed(2);
    case "flag":
      return value === true ? "Yes" : "No";
    case "text":
    case "count":
    case "decimals":
      return value;
  }
}
