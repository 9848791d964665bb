import { join } from "node:path";
import Driver from "libsql";
import { expect, it, onTestFinished } from "vitest";
import { Database } from "../../../../workers/database/database.ts";
import { prepareFile } from "../../../../workers/database/database-file.ts";
import { refusalOf } from "../../../../workers/database/fault.ts";
import { makeHome } from "../../../support/service-process.ts";

const SCHEMA = { application: 5, migrations: ["CREATE TABLE texts (text)"], busyMs: 50 };

async function open(): Promise<{ db: Database; file: string; count: () => number }> {
  const file = join(await makeHome(), "data", "texts.db");
  prepareFile(file);
  const db = new Database(Driver, file, SCHEMA);
  onTestFinished(() => void db.sql.close());
  const counting = db.sql.prepare("SELECT count(*) AS count FROM texts");
  return { db, file, count: () => (counting.get() as { count: number }).count };
}

const faultOf = (work: () => unknown): unknown => {
  try {
    return work();
  } catch (err) {
    return refusalOf(err).fault;
  }
};

it("a full disk undoes what was begun, and is no fault once there is room", async () => {
  const { db, count } = await open();
  const fill = (): void =>
    db.together(() => {
      db.sql.exec("INSERT INTO texts VALUES ('first')");
      db.sql.exec("INSERT INTO texts VALUES (zeroblob(1000000))");
    });
  const pages = db.figure("page_count");
  db.sql.pragma(`max_page_count = ${pages + 5}`);
  expect(faultOf(fill)).toBe("full");
  expect(count()).toBe(0);
  db.sql.pragma("max_page_count = 1000000");
  fill();
  expect(count()).toBe(2);
});

it("another process that writes is waited for, and then told of", async () => {
  const { db, file, count } = await open();
  const other = new Driver(file);
  onTestFinished(() => void other.close());
  other.exec("BEGIN IMMEDIATE");
  const write = (): unknown => db.together(() => db.sql.exec("INSERT INTO texts VALUES ('a')"));
  expect(faultOf(write)).toBe("locked");
  other.exec("COMMIT");
  write();
  expect(count()).toBe(1);
});

it("work that throws leaves nothing", async () => {
  const { db, count } = await open();
  const broken = (): never =>
    db.together(() => {
      db.sql.exec("INSERT INTO texts VALUES ('a')");
      throw new Error("of ours");
    });
  expect(broken).toThrow("of ours");
  expect(count()).toBe(0);
});
