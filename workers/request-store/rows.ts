import type Libsql from "libsql";
import type { KeptRequest, RecordKind } from "./kept-request.ts";
import { COLUMNS, read, written } from "./columns.ts";
import type { Names } from "./names.ts";
import type { RequestFilter, RowsQuery, StoredRequest } from "./protocol.ts";

export const DAY_MS = 86_400_000;
export const HOUR_MS = 3_600_000;

/** The item of a batch whose items have rows of their own. */
const WHOLE_BATCH = -1;

/** Those that count as requests: a batch counts as its items. */
export const COUNTED = `coalesce(item, 0) <> ${WHOLE_BATCH}`;

/** The most rows of one answer: the main thread needs a few milliseconds to read them. */
const MAX_PAGE_ROWS = 500;

/** The length of a UUID. */
const UUID_CHARS = 36;

type Row = Record<string, unknown>;

/** The tables of names. */
export interface NameTables {
  names: Names;
  clients: Names;
}

/** The rows of requests: written, found and read. Throws SQLite's errors. */
export class Rows {
  readonly #db: Libsql.Database;
  readonly #tables: NameTables;
  readonly #insert: Libsql.Statement;
  readonly #one: Libsql.Statement;

  constructor(db: Libsql.Database, tables: NameTables) {
    this.#db = db;
    this.#tables = tables;
    const columns = ["id", "item", "at", ...COLUMNS.map(({ column }) => column)];
    this.#insert = db.prepare(
      `INSERT INTO requests (${columns.join()}) VALUES (${columns.map(() => "?").join()})`,
    );
    this.#one = db.prepare(`${SELECT} WHERE r.id = ? AND coalesce(r.item, -1) = ? LIMIT 1`);
  }

  /** Adds a request. */
  add(request: KeptRequest): void {
    const day = Math.floor(request.startedAtMs / DAY_MS);
    const [id, index] = keyOf(request.id);
    const item = request.kind === "batch" ? WHOLE_BATCH : (index ?? null);
    const values: (number | null)[] = [];
    for (const { field, form } of COLUMNS) {
      const value = request[field];
      const isName = form === "name" || form === "client";
      if (!isName) values.push(written(form, value));
      else values.push(value === undefined ? null : this.#numberOf(form, String(value), day));
    }
    // As one list: the driver would join several.
    this.#insert.run([id, item, request.startedAtMs, ...values]);
  }

  /** The request of an id; undefined where there is none. */
  one(id: string): StoredRequest | undefined {
    const [bytes, item = -1] = keyOf(id);
    const row = this.#one.get(bytes, item) as Row | undefined;
    return row && requestOf(row);
  }

  /** Requests by their numbers, at most a page of them. */
  find({ tenant, status, after, order, limit, ...filter }: RowsQuery): StoredRequest[] {
    const where = conditionsOf(filter, this.#tables.names);
    if (tenant !== undefined) where.name("tenant", this.#tables.clients.find(tenant));
    if (status !== undefined) where.add("status = ?", status);
    const isNewest = order === "newest";
    if (after !== undefined) where.add(isNewest ? "number < ?" : "number > ?", after);
    if (where.isEmpty) return [];
    // By number, not by an index that would have to be sorted: a page is full early.
    const rows = this.#db
      .prepare(
        `${SELECT} NOT INDEXED WHERE ${where.text}
        ORDER BY number ${isNewest ? "DESC" : "ASC"} LIMIT ?`,
      )
      .all(...where.values, Math.min(limit, MAX_PAGE_ROWS)) as Row[];
    return rows.map(requestOf);
  }

  #numberOf(form: "name" | "client", name: string, day: number): number {
    const { names, clients } = this.#tables;
    return (form === "client" ? clients : names).idOf(name, day);
  }
}

/** Conditions on a request, and their values. */
export class Conditions {
  readonly values: number[] = [];
  readonly #texts: string[] = ["1"];
  /** Nothing can meet them. */
  isEmpty = false;

  get text(): string {
    return this.#texts.join(" AND ");
  }

  add(text: string, value: number): void {
    this.#texts.push(text);
    this.values.push(value);
  }

  /** A column has this name's number; a name without a number is nowhere. */
  name(column: string, number: number | undefined): void {
    if (number === undefined) this.isEmpty = true;
    else this.add(`${column} = ?`, number);
  }
}

/** The conditions of a filter on the columns `at`, `project` and `model`. */
export function conditionsOf(filter: RequestFilter, names: Names): Conditions {
  const where = new Conditions();
  const { fromMs, toMs, project, model } = filter;
  if (project !== undefined) where.name("project", names.find(project));
  if (model !== undefined) where.name("model", names.find(model));
  if (fromMs !== undefined) where.add("at >= ?", fromMs);
  if (toMs !== undefined) where.add("at < ?", toMs);
  return where;
}

const JOINED = COLUMNS.filter(({ form }) => form === "name" || form === "client");

/** Rows with the names in place of their numbers, in fields that begin with `_`. */
const SELECT = `
  SELECT r.*, ${JOINED.map(
    ({ column, form }) => `(SELECT name FROM ${form}s WHERE id = r.${column}) AS _${column}`,
  ).join()}
  FROM requests r
`;

function requestOf(row: Row): StoredRequest {
  const item = row["item"] as number | null;
  const id = uuidOf(row["id"] as ArrayBuffer);
  const isItem = item !== null && item !== WHOLE_BATCH;
  const kind: RecordKind = item === null ? "request" : isItem ? "item" : "batch";
  const request: Row = {
    number: row["number"],
    id: isItem ? `${id}-${item}` : id,
    kind,
    startedAtMs: row["at"],
  };
  for (const { column, field, form } of COLUMNS) {
    const isName = form === "name" || form === "client";
    request[field] = read(form, row[isName ? `_${column}` : column]);
  }
  return request as unknown as StoredRequest;
}

/** The sixteen bytes of a request's id, and the index of a batch's item. */
function keyOf(id: string): [bytes: Buffer, item: number | undefined] {
  const bytes = Buffer.from(id.slice(0, UUID_CHARS).replaceAll("-", ""), "hex");
  const item = id.length > UUID_CHARS ? Number(id.slice(UUID_CHARS + 1)) : undefined;
  return [bytes, item];
}

function uuidOf(bytes: ArrayBuffer): string {
  const hex = Buffer.from(bytes).toString("hex");
  return [8, 12, 16, 20, 32]
    .map((end, i, ends) => hex.slice(i === 0 ? 0 : ends[i - 1], end))
    .join("-");
}
