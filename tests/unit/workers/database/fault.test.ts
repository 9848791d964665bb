import Database from "libsql";
import { expect, it } from "vitest";
import { refusalOf } from "../../../../workers/database/fault.ts";

const withCode = (code: string): Error => Object.assign(new Error("some text"), { code });

it.each([
  ["SQLITE_BUSY", "locked"],
  ["SQLITE_BUSY_SNAPSHOT", "locked"],
  ["SQLITE_READONLY_DBMOVED", "read_only"],
  ["EROFS", "read_only"],
  ["ENOSPC", "full"],
  ["SQLITE_CORRUPT", "damaged"],
  ["ERR_DLOPEN_FAILED", "unavailable"],
  ["SQLITE_IOERR_WRITE", "failed"],
  ["EISDIR", "failed"],
])("%s is told as %s", (code, fault) => {
  expect(refusalOf(withCode(code))).toEqual({ ok: false, fault, code });
});

it("an error without a code is told without its text", () => {
  for (const err of [new Error("some text"), withCode(""), "some text", undefined]) {
    expect(refusalOf(err)).toEqual({ ok: false, fault: "failed", code: undefined });
  }
});

it("a full disk is told as SQLite tells it", () => {
  const db = new Database(":memory:");
  db.exec("CREATE TABLE texts (text)");
  db.pragma("max_page_count = 2");
  const fill = (): unknown => db.prepare("INSERT INTO texts VALUES (zeroblob(100000))").run();
  let refusal: unknown;
  try {
    fill();
  } catch (err) {
    refusal = refusalOf(err);
  }
  db.close();
  expect(refusal).toEqual({ ok: false, fault: "full", code: "SQLITE_FULL" });
});
