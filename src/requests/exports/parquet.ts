import { ByteWriter, ParquetWriter, schemaFromColumnData } from "hyparquet-writer";
import type { StoredRequest } from "../../../workers/request-store/protocol.ts";
import type { ColumnForm, RecordColumn } from "./record-columns.ts";

/**
 * Rows that are encoded together. It takes the main thread 10 ms: larger groups would be read
 * faster, but streams of other clients wait meanwhile.
 */
const GROUP_ROWS = 2000;

/** Records as a Parquet file, row group by row group. It is not compressed: that took twice the time. */
export async function* recordsParquet(
  pages: AsyncIterable<StoredRequest[]>,
  columns: readonly RecordColumn[],
): AsyncGenerator<Uint8Array> {
  const writer = new ByteWriter();
  const schema = schemaFromColumnData({ columnData: columnData(columns, []) });
  const parquet = new ParquetWriter({
    writer,
    schema,
    codec: "UNCOMPRESSED",
    // They stay in memory until the end, and nobody looks for one record in such a file.
    statistics: false,
    createdBy: "shared-ollama",
  });
  for await (const group of grouped(pages)) {
    await parquet.write({ columnData: columnData(columns, group), rowGroupSize: GROUP_ROWS });
    yield taken(writer);
  }
  await parquet.finish();
  yield taken(writer);
}

const TYPES = {
  text: "STRING",
  time: "TIMESTAMP",
  count: "INT64",
  decimals: "DOUBLE",
  latency: "DOUBLE",
  flag: "BOOLEAN",
} as const satisfies Record<ColumnForm, string>;

function columnData(columns: readonly RecordColumn[], records: readonly StoredRequest[]) {
  return columns.map(({ name, form, of }) => ({
    name,
    type: TYPES[form],
    nullable: true,
    offsetIndex: false,
    data: records.map((record) => encoded(form, of(record))),
  }));
}

function encoded(form: ColumnForm, value: ReturnType<RecordColumn["of"]>) {
  if (value === undefined) return null;
  if (form === "time") return new Date(Number(value));
  return form === "count" ? BigInt(value) : value;
}

/** Pages, put together. */
async function* grouped(pages: AsyncIterable<StoredRequest[]>): AsyncGenerator<StoredRequest[]> {
  let group: StoredRequest[] = [];
  for await (const page of pages) {
    group.push(...page);
    if (group.length < GROUP_ROWS) continue;
    yield group.slice(0, GROUP_ROWS);
    group = group.slice(GROUP_ROWS);
  }
  if (group.length > 0) yield group;
}

/** What has been written since the last time. */
function taken(writer: ByteWriter): Uint8Array {
  const bytes = writer.getBytes().slice();
  writer.index = 0;
  return bytes;
}
