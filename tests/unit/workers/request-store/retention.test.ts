import { stat } from "node:fs/promises";
import Driver from "libsql";
import { describe, expect, it } from "vitest";
import { endedOf, NOON_MS } from "../../../support/ended-requests.ts";
import { DAY_MS, HOUR_MS, openDatabase } from "./database-set-up.ts";

/** Counts the rows of the tables. */
function countsIn(file: string): Record<string, number> {
  const db = new Driver(file);
  try {
    const counts = ["requests", "hours", "days", "names", "clients"].map((table) => {
      const row = db.prepare(`SELECT count(*) AS count FROM ${table}`).get() as { count: number };
      return [table, row.count] as const;
    });
    return Object.fromEntries(counts);
  } finally {
    db.close();
  }
}

describe("what is kept", () => {
  it("are requests and hours of 30 days, and days of a year", async () => {
    const { write, tend, all, database, file } = await openDatabase();
    const requests = (days: number) =>
      endedOf({ startedAtMs: NOON_MS - days * DAY_MS, project: `p${days}`, client: `c${days}` });
    write(requests(400), requests(300), requests(31), requests(29), requests(0));
    tend(NOON_MS);
    expect(all().map(({ project }) => project)).toEqual(["p29", "p0"]);
    expect(countsIn(file)).toMatchObject({ requests: 2, hours: 2, days: 4 });
    const { days } = database.usage({ fromMs: 0, toMs: NOON_MS + DAY_MS });
    expect(days.map(({ project }) => project)).toEqual(["p300", "p31", "p29", "p0"]);
    expect(database.aggregate({ fromMs: 0, toMs: NOON_MS + 1 }).total.requests).toBe(2);
  });

  it("are no names that nothing has any more; addresses go with the requests", async () => {
    const { write, tend, file } = await openDatabase();
    const db = new Driver(file);
    const namesIn = (table: string): string[] =>
      (db.prepare(`SELECT name FROM ${table}`).all() as { name: string }[]).map(({ name }) => name);
    const old = { project: "unknown", client: "10.9.9.9", tenant: "[10.9.9.9]", model: "old" };
    write(endedOf({ startedAtMs: NOON_MS - 40 * DAY_MS, ...old }));
    write(endedOf({ startedAtMs: NOON_MS - 400 * DAY_MS, ...old, model: "very old" }));
    write(endedOf());
    tend(NOON_MS);
    expect(namesIn("clients").toSorted()).toEqual(["10.0.0.1", "acme"]);
    expect(namesIn("names")).toContain("old");
    expect(namesIn("names")).not.toContain("very old");
    db.close();
  });

  it("goes too when the clock was put back, and again when it is right", async () => {
    const { write, tend, all } = await openDatabase();
    write(endedOf());
    tend(NOON_MS + 20 * DAY_MS);
    tend(NOON_MS - HOUR_MS);
    expect(all()).toHaveLength(1);
    tend(NOON_MS + 31 * DAY_MS);
    expect(all()).toHaveLength(0);
  });

  it("is no more than the limit over all tables: the oldest requests go", async () => {
    const maxBytes = 1_500_000;
    const { write, tend, all, database, file } = await openDatabase({ maxBytes });
    for (let batch = 0; batch < 30; batch += 1) {
      write(
        ...Array.from({ length: 500 }, (_, i) =>
          endedOf({ startedAtMs: NOON_MS + batch * 1000 + i }),
        ),
      );
      tend(NOON_MS + DAY_MS);
    }
    const { requests = 0 } = countsIn(file);
    expect(requests).toBeGreaterThan(1000);
    expect(requests).toBeLessThan(10_000);
    expect((await stat(file)).size).toBeLessThan(maxBytes * 1.5);
    const newest = database.rows({ order: "newest", limit: 1 })[0]?.number;
    expect(newest, "the latest is there").toBe(15_000);
    expect(all()[0]?.number, "without a gap").toBe(15_000 - requests + 1);
    // What their sums know is told all the same.
    const window = { fromMs: NOON_MS - HOUR_MS, toMs: NOON_MS + HOUR_MS };
    expect(database.aggregate(window)).toMatchObject({
      isExact: false,
      total: { requests: 15_000 },
    });
  });

  it("are no sums where they alone are too much", async () => {
    const { write, tend, file } = await openDatabase({ maxBytes: 1 });
    write(...Array.from({ length: 100 }, (_, i) => endedOf({ startedAtMs: NOON_MS - i * DAY_MS })));
    tend(NOON_MS);
    expect(countsIn(file)).toMatchObject({ requests: 0, hours: 0, days: 0 });
  });
});
