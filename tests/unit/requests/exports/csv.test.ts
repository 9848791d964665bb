import { expect, it } from "vitest";
import { csvLines } from "../../../../workers/request-store/bodies/csv-lines.ts";
import { recordsCsv } from "../../../../src/requests/exports/csv.ts";
import { countedRecords, recordColumns } from "../../../../src/requests/exports/record-columns.ts";
import type { StoredRequest } from "../../../../workers/request-store/protocol.ts";
import { endedOf, NOON_MS, REFUSED } from "../../../support/ended-requests.ts";

const CONTRACT = "Timestamp,Model,Operation,Latency (ms),Success,Error,Project";

async function* pagesOf<T>(...pages: T[][]): AsyncGenerator<T[]> {
  yield* pages;
}

async function textOf(pieces: AsyncIterable<string>): Promise<string> {
  let text = "";
  for await (const piece of pieces) text += piece;
  return text;
}

let number = 0;
const stored = (more: Parameters<typeof endedOf>[0]): StoredRequest => ({
  number: (number += 1),
  ...endedOf(more),
});

const columns = recordColumns({ mayManage: false }).slice(0, 7);

it("has the contract's columns first, and says how each request ended", async () => {
  const pages = pagesOf<StoredRequest>(
    [stored({ tookMs: 1.005 }), stored({ tookMs: 12, ...REFUSED })],
    [],
    [stored({ tookMs: 0, ended: "client_left", startedAtMs: NOON_MS + 1 })],
  );
  expect(await textOf(recordsCsv(pages, columns))).toBe(
    [
      CONTRACT,
      "2026-06-15T12:00:00.000Z,fake:latest,chat,1.00,Yes,,acme",
      "2026-06-15T12:00:00.000Z,system,other,12.00,No,rate_limit_exceeded,acme",
      "2026-06-15T12:00:00.001Z,fake:latest,chat,0.00,No,client_left,acme",
      "",
    ].join("\r\n"),
  );
});

it("is a line of names where there is no record", async () => {
  expect(await textOf(recordsCsv(pagesOf<StoredRequest>(), columns))).toBe(`${CONTRACT}\r\n`);
});

it.each([
  ["=1+1", "'=1+1"],
  ["+1", "'+1"],
  ["-1", "'-1"],
  ["@SUM(A1)", "'@SUM(A1)"],
  ["\t=1", "'\t=1"],
  ["\r=1", `"'\r=1"`],
  ['say "hi", please', '"say ""hi"", please"'],
  ["two\nlines", '"two\nlines"'],
  ["<img src=x>", "<img src=x>"],
])("writes a project called %j so that it is read as a text", async (project, cell) => {
  const project7 = columns.slice(6);
  const text = await textOf(recordsCsv(pagesOf([stored({ project })]), project7));
  expect(text).toBe(`Project\r\n${cell}\r\n`);
});

it("does not take a number for a formula", () => {
  expect(csvLines([[-1, null, 0]])).toBe("-1,,0\r\n");
});

it("tells who asked from where only those who may manage", async () => {
  const pages = () => pagesOf([stored({ client: "10.9.9.9", tenant: "[10.9.9.9]" })]);
  const all = await textOf(recordsCsv(pages(), recordColumns({ mayManage: true })));
  expect(all).toContain(",[10.9.9.9],10.9.9.9,http://127.0.0.1:11434\r\n");
  const own = await textOf(recordsCsv(pages(), recordColumns({ mayManage: false })));
  expect(own).not.toMatch(/10\.9\.9\.9|11434|client_ip|tenant|host/);
});

it("leaves out batches, whose items are counted", async () => {
  const pages = pagesOf([stored({ kind: "batch" }), stored({ kind: "item" })], [stored({})]);
  const kinds: string[][] = [];
  for await (const page of countedRecords(pages)) kinds.push(page.map(({ kind }) => kind));
  expect(kinds).toEqual([["item"], ["request"]]);
});
