import { describe, expect, it } from "vitest";
import type { EndedRequest } from "../../../../src/requests/ended-request.ts";
import type { DayUsage } from "../../../../workers/request-store/protocol.ts";
import type { RequestDatabase } from "../../../../workers/request-store/request-database.ts";
import { endedOf, NOON_MS, randomRequests, REFUSED } from "../../../support/ended-requests.ts";
import { DAY_MS, HOUR_MS, openDatabase } from "./database-set-up.ts";

const FOR_EVER = { fromMs: 0, toMs: NOON_MS + 400 * DAY_MS };

/** All pages. */
function usageIn(database: RequestDatabase, window = FOR_EVER): { all: DayUsage[]; pages: number } {
  const all: DayUsage[] = [];
  let pages = 0;
  for (let fromMs: number | undefined = window.fromMs; fromMs !== undefined; pages += 1) {
    const page: { days: DayUsage[]; nextMs: number | undefined } = database.usage({
      ...window,
      fromMs,
    });
    all.push(...page.days);
    fromMs = page.nextMs;
  }
  return { all, pages };
}

describe("usage by day", () => {
  it("is that of the requests, whatever the clock did while they came", async () => {
    const requests = randomRequests({ count: 3000, fromMs: NOON_MS - 5 * DAY_MS, toMs: NOON_MS });
    const { write, database, tend } = await openDatabase();
    for (let at = 0; at < requests.length; at += 500) {
      write(...requests.slice(at, at + 500));
      if (at % 1000 === 0) tend(NOON_MS);
    }
    const expected = new Map<string, [requests: number, failed: number, input: number]>();
    for (const { startedAtMs, project, model, ended, inputTokens = 0 } of requests) {
      const key = [Math.floor(startedAtMs / DAY_MS) * DAY_MS, project, model].join();
      const [count, failed, input] = expected.get(key) ?? [0, 0, 0];
      const isFailed = ended === "completed" ? 0 : 1;
      expected.set(key, [count + 1, failed + isFailed, input + inputTokens]);
    }
    const told = new Map(
      usageIn(database).all.map((day) => [
        [day.startMs, day.project, day.model].join(),
        [day.requests, day.failed, day.inputTokens],
      ]),
    );
    expect(Object.fromEntries(told)).toEqual(Object.fromEntries(expected));
  });

  it("comes in pages of whole days", async () => {
    const { write, database } = await openDatabase();
    const requests: EndedRequest[] = [];
    for (let day = 0; day < 90; day += 1) {
      for (let at = 0; at < 40; at += 1) {
        requests.push(endedOf({ startedAtMs: NOON_MS + day * DAY_MS, project: `p${at}` }));
      }
    }
    write(...requests);
    const { all, pages } = usageIn(database);
    expect(pages).toBe(2);
    expect(all).toHaveLength(3600);
    expect(new Set(all.map(({ startMs, project }) => `${startMs} ${project}`)).size).toBe(3600);
  });

  it("tells 50 projects and 20 models a day apart, and the rest together", async () => {
    const { write, database } = await openDatabase();
    for (const day of [0, 1]) {
      const startedAtMs = NOON_MS + day * DAY_MS;
      write(
        ...Array.from({ length: 60 }, (_, i) =>
          endedOf({ startedAtMs, project: `p${i}`, model: `m${i % 30}` }),
        ),
      );
      // The next are added one after the other, as days go on.
      database.usage(FOR_EVER);
      write(...Array.from({ length: 60 }, (_, i) => endedOf({ startedAtMs, project: `p${i}` })));
    }
    const { all } = usageIn(database);
    for (const startMs of new Set(all.map((day) => day.startMs))) {
      const day = all.filter((usage) => usage.startMs === startMs);
      expect(new Set(day.map(({ project }) => project)).size).toBe(51);
      expect(new Set(day.map(({ model }) => model)).size).toBeLessThanOrEqual(21);
      expect(day.reduce((sum, { requests }) => sum + requests, 0)).toBe(120);
      const others = day.filter(({ project }) => project === "other");
      expect(others.reduce((sum, { requests }) => sum + requests, 0)).toBe(20);
    }
    expect(all.map(({ project }) => project)).toContain("other");
  });

  it("leaves room for names that are answered, beside those that are only refused", async () => {
    const { write, database } = await openDatabase();
    write(...Array.from({ length: 200 }, (_, i) => endedOf({ ...REFUSED, project: `bad${i}` })));
    database.usage(FOR_EVER);
    write(...Array.from({ length: 25 }, (_, i) => endedOf({ project: `good${i}` })));
    const projects = new Set(usageIn(database).all.map(({ project }) => project));
    for (let i = 0; i < 25; i += 1) expect(projects).toContain(`good${i}`);
    expect([...projects].filter((name) => name.startsWith("bad"))).toHaveLength(25);
  });

  it("goes on where it was after the file was closed", async () => {
    const first = await openDatabase();
    first.write(...Array.from({ length: 50 }, (_, i) => endedOf({ project: `p${i}` })));
    first.tend(NOON_MS);
    first.database.close();
    const second = await openDatabase({ file: first.file });
    second.write(endedOf({ project: "p7" }), endedOf({ project: "late" }));
    const { all } = usageIn(second.database);
    expect(all.find(({ project }) => project === "p7")?.requests).toBe(2);
    expect(all.find(({ project }) => project === "other")?.requests).toBe(1);
  });

  it("adds a request to the hour at which it began, when the clock is put back", async () => {
    const { write, database, tend } = await openDatabase({ exactRows: 0 });
    for (const hour of [2, 1, 2, 0]) {
      write(endedOf({ startedAtMs: NOON_MS + hour * HOUR_MS }));
      tend(NOON_MS + hour * HOUR_MS);
    }
    const { hours } = database.aggregate({ fromMs: NOON_MS, toMs: NOON_MS + 3 * HOUR_MS });
    expect(hours.map(({ requests }) => requests)).toEqual([1, 1, 2]);
  });
});
