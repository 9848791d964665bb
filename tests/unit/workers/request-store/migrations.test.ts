import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import Driver from "libsql";
import { describe, expect, it } from "vitest";
import { Database, type Schema } from "../../../../workers/database/database.ts";
import { prepareFile } from "../../../../workers/database/database-file.ts";
import { ForeignFileError } from "../../../../workers/database/fault.ts";
import { REQUEST_SCHEMA } from "../../../../workers/request-store/migrations.ts";
import { endedOf, NOON_MS } from "../../../support/ended-requests.ts";
import { makeHome } from "../../../support/service-process.ts";
import { openDatabase } from "./database-set-up.ts";

const newFile = async (): Promise<string> => {
  const file = join(await makeHome(), "data", "requests.db");
  prepareFile(file);
  return file;
};

/** Makes a file as the version of this number had it. */
function makeVersion(file: string, version: number, schema: Schema = REQUEST_SCHEMA): Database {
  return new Database(Driver, file, { ...schema, migrations: schema.migrations.slice(0, version) });
}

const LATEST = REQUEST_SCHEMA.migrations.length;
const earlier = Array.from({ length: LATEST }, (_, version) => version);

describe("a file of an earlier version", () => {
  it.each(earlier)("%i becomes one of today, and works", async (version) => {
    const file = await newFile();
    if (version > 0) makeVersion(file, version).close();
    const { write, all, tend, database } = await openDatabase({ file });
    write(endedOf());
    tend(NOON_MS);
    expect(all()).toHaveLength(1);
    expect(database.usage({ fromMs: 0, toMs: NOON_MS + 1 }).days).toHaveLength(1);
  });

  it.each(earlier)("%i has the same tables afterwards as a new one", async (version) => {
    const tables = (file: string): unknown[] => {
      const db = new Driver(file);
      const rows = db.prepare("SELECT name, sql FROM sqlite_schema ORDER BY name").all();
      db.close();
      return rows.map((row) => JSON.stringify(row));
    };
    const [fresh, old] = [await newFile(), await newFile()];
    makeVersion(fresh, LATEST).close();
    if (version > 0) makeVersion(old, version).close();
    makeVersion(old, LATEST).close();
    expect(tables(old)).toEqual(tables(fresh));
  });

  it("1 keeps its requests, which are in the sums then", async () => {
    const file = await newFile();
    const db = makeVersion(file, 1);
    db.sql.exec(`
      INSERT INTO names VALUES (1, 'acme', 1), (2, 'service', 1);
      INSERT INTO clients VALUES (1, 'acme', 1);
    `);
    db.sql
      .prepare(
        `INSERT INTO requests (id, at, took, tenant, project, dialect, ended, status, tokens_in)
        VALUES (randomblob(16), ?, 1500, 1, 1, 2, 0, 200, 7)`,
      )
      .run(NOON_MS);
    db.close();
    const { database, all } = await openDatabase({ file });
    expect(all()).toMatchObject([{ number: 1, project: "acme", tookMs: 1.5, ended: "completed" }]);
    const { days } = database.usage({ fromMs: 0, toMs: NOON_MS + 1 });
    expect(days).toMatchObject([{ project: "acme", requests: 1, inputTokens: 7 }]);
  });

  it("stays as it is where a step fails", async () => {
    const file = await newFile();
    const steps = ["CREATE TABLE a (x)", "CREATE TABLE b (x)"];
    const schema: Schema = { application: 1, migrations: steps };
    makeVersion(file, 1, schema).close();
    const broken = { application: 1, migrations: [...steps, "CREATE TABLE a (x)"] };
    expect(() => new Database(Driver, file, broken)).toThrow("already exists");
    const db = makeVersion(file, 1, schema);
    expect(db.figure("user_version")).toBe(1);
    expect(db.sql.prepare("SELECT name FROM sqlite_schema").all()).toMatchObject([{ name: "a" }]);
    db.close();
  });
});

describe("a file that is refused", () => {
  const reasonOf = (file: string): unknown => {
    try {
      new Database(Driver, file, REQUEST_SCHEMA).close();
      return undefined;
    } catch (err) {
      return err instanceof ForeignFileError ? err.reason : (err as { code?: string }).code;
    }
  };

  it("is of a later version", async () => {
    const file = await newFile();
    const more = [...REQUEST_SCHEMA.migrations, "CREATE TABLE later (x)"];
    new Database(Driver, file, { ...REQUEST_SCHEMA, migrations: more }).close();
    expect(reasonOf(file)).toBe("newer");
  });

  it("is another program's", async () => {
    const file = await newFile();
    const db = new Driver(file);
    db.exec("CREATE TABLE theirs (x)");
    db.close();
    expect(reasonOf(file)).toBe("damaged");
  });

  it("is another of this service's", async () => {
    const file = await newFile();
    new Database(Driver, file, { application: 7, migrations: ["CREATE TABLE x (y)"] }).close();
    expect(reasonOf(file)).toBe("damaged");
  });

  it("is no database", async () => {
    const file = await newFile();
    await writeFile(file, "some text ".repeat(1000));
    expect(reasonOf(file)).toBe("SQLITE_NOTADB");
  });
});
