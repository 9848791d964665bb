import { csvLines, type Field } from "../../../workers/request-store/bodies/csv-lines.ts";
import type { StoredRequest } from "../../../workers/request-store/protocol.ts";
import type { ColumnForm, RecordColumn } from "./record-columns.ts";

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
