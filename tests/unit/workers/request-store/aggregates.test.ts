import { describe, expect, it } from "vitest";
import type { EndedRequest } from "../../../../src/requests/ended-request.ts";
import type { Aggregate } from "../../../../workers/request-store/protocol.ts";
import { endedOf, NOON_MS, randomRequests, REFUSED } from "../../../support/ended-requests.ts";
import { DAY_MS, HOUR_MS, openDatabase } from "./database-set-up.ts";

const sumOf = (requests: EndedRequest[], field: keyof EndedRequest): number =>
  requests.reduce((sum, request) => sum + Math.round(Number(request[field] ?? 0) * 1000), 0) / 1000;

const countBy = <T>(all: T[], keyOf: (one: T) => unknown, count: (one: T) => number) => {
  const counts: Record<string, number> = {};
  for (const one of all)
    counts[String(keyOf(one))] = (counts[String(keyOf(one))] ?? 0) + count(one);
  return counts;
};

/** Nearest rank, by sorting. */
const rankOf = (requests: EndedRequest[], q: number): number => {
  const tooks = requests.map(({ tookMs }) => tookMs).sort((a, b) => a - b);
  return tooks[Math.ceil(q * tooks.length) - 1] ?? Number.NaN;
};

const errorOf = ({ ended, errorCode }: EndedRequest): string | undefined =>
  ended === "completed" ? undefined : (errorCode ?? ended);

/** The figures are those of these requests, which are counted here one by one. */
function expectFiguresOf(what: string, told: Aggregate, requests: EndedRequest[]): void {
  const measured = requests.filter(
    ({ ended, tokensPerSecond }) => ended === "completed" && tokensPerSecond !== undefined,
  );
  const times = requests.map(({ startedAtMs }) => startedAtMs);
  expect(told.total, what).toEqual({
    requests: requests.length,
    failed: requests.filter(({ ended }) => ended !== "completed").length,
    tookMs: sumOf(requests, "tookMs"),
    queueMs: sumOf(requests, "queueMs"),
    inferenceMs: sumOf(requests, "inferenceMs"),
    savedMs: sumOf(requests, "savedMs"),
    hits: requests.filter(({ cache }) => cache?.startsWith("HIT")).length,
    inputTokens: sumOf(requests, "inputTokens"),
    outputTokens: sumOf(requests, "outputTokens"),
    bytesIn: sumOf(requests, "bytesIn"),
    bytesOut: sumOf(requests, "bytesOut"),
    images: sumOf(requests, "images"),
    imageBytesSaved: sumOf(requests, "imageBytesSaved"),
    measured: measured.length,
    tokensPerSecond: sumOf(measured, "tokensPerSecond"),
    loadMs: sumOf(measured, "loadMs"),
    generationMs: sumOf(measured, "generationMs"),
    firstAtMs: Math.min(...times),
    lastAtMs: Math.max(...times),
  });
  for (const [ofGroup, ofRequest] of [
    ["project", (r: EndedRequest) => r.project],
    ["model", (r: EndedRequest) => r.model],
    ["operation", (r: EndedRequest) => r.operation],
    ["error", errorOf],
  ] as const) {
    const groups = countBy(
      told.groups,
      (g) => g[ofGroup],
      (g) => g.requests,
    );
    expect(groups, `${what}, ${ofGroup}`).toEqual(countBy(requests, ofRequest, () => 1));
  }
  const hourOf = (ms: number): number => Math.floor(ms / HOUR_MS) * HOUR_MS;
  expect(
    countBy(
      told.hours,
      (h) => `${h.startMs} ${h.model}`,
      (h) => h.requests,
    ),
  ).toEqual(
    countBy(
      requests,
      (r) => `${hourOf(r.startedAtMs)} ${r.model}`,
      () => 1,
    ),
  );
  expect(sumOf(told.hours as never, "tookMs")).toBeCloseTo(sumOf(requests, "tookMs"), 2);
  const starts = told.hours.map(({ startMs }) => startMs);
  expect(starts).toEqual(starts.toSorted((a, b) => a - b));
}

/** The same, with the quantiles of these requests. */
function expectExact(what: string, told: Aggregate, requests: EndedRequest[]): void {
  expect(told.isExact, what).toBe(true);
  expectFiguresOf(what, told, requests);
  expect(told.quantiles, what).toEqual({
    p50Ms: rankOf(requests, 0.5),
    p95Ms: rankOf(requests, 0.95),
    p99Ms: rankOf(requests, 0.99),
  });
}

const REQUESTS = randomRequests({
  count: 4000,
  fromMs: NOON_MS - 3 * DAY_MS,
  toMs: NOON_MS,
  seed: 11,
});

const WINDOWS = [
  ["all of it", { fromMs: NOON_MS - 30 * DAY_MS, toMs: NOON_MS }],
  ["whole days", { fromMs: NOON_MS - 2.5 * DAY_MS, toMs: NOON_MS - 0.5 * DAY_MS }],
  ["from and to the middle of hours", { fromMs: NOON_MS - DAY_MS + 1234, toMs: NOON_MS - 777_777 }],
  ["less than an hour", { fromMs: NOON_MS - 1_900_000, toMs: NOON_MS - 100_000 }],
  ["across the turn of an hour", { fromMs: NOON_MS - HOUR_MS - 1e6, toMs: NOON_MS - 3_000_000 }],
  ["of a project", { fromMs: NOON_MS - 3 * DAY_MS, toMs: NOON_MS, project: "team-3" }],
  ["of a model", { fromMs: NOON_MS - 3 * DAY_MS, toMs: NOON_MS, model: "model-1:latest" }],
] as const;

type Window = { fromMs: number; toMs: number; project?: string; model?: string };

const within = ({ fromMs, toMs, project, model }: Window): EndedRequest[] =>
  REQUESTS.filter(
    (r) =>
      r.startedAtMs >= fromMs &&
      r.startedAtMs < toMs &&
      (project === undefined || r.project === project) &&
      (model === undefined || r.model === model),
  );

describe("the figures of a window", () => {
  it.each([
    ["none of which is in the sums", 0],
    ["some of which are", 3000],
    ["all of which are", REQUESTS.length],
  ])("are exact: of requests %s", async (_what, summed) => {
    const { write, database, tend } = await openDatabase();
    write(...REQUESTS.slice(0, summed));
    tend(NOON_MS);
    write(...REQUESTS.slice(summed));
    for (const [what, window] of WINDOWS) {
      expectExact(what, database.aggregate(window), within(window));
    }
  });

  it("are exact where the sums do not tell all names apart", async () => {
    const { write, database, tend } = await openDatabase();
    const requests = Array.from({ length: 120 }, (_, i) =>
      endedOf({ project: `p${i % 60}`, model: `m${i % 30}`, tookMs: i + 1 }),
    );
    write(...requests);
    tend(NOON_MS);
    const window = { fromMs: NOON_MS - 3 * DAY_MS, toMs: NOON_MS + 3 * DAY_MS };
    expectExact("all", database.aggregate(window), requests);
    const others = { ...window, project: "p57" };
    const [one, two] = [requests[57], requests[117]] as [EndedRequest, EndedRequest];
    expectExact("one of the others", database.aggregate(others), [one, two]);
  });

  it("are those of the requests that are kept, though there are sums over earlier ones", async () => {
    const { write, database, tend } = await openDatabase();
    const early = randomRequests({ count: 200, fromMs: NOON_MS - 33 * DAY_MS, toMs: NOON_MS });
    write(...early);
    tend(NOON_MS);
    const kept = early.filter(({ startedAtMs }) => startedAtMs >= NOON_MS - 30 * DAY_MS);
    expect(kept.length).toBeLessThan(early.length);
    expectExact("all", database.aggregate({ fromMs: 0, toMs: NOON_MS }), kept);
    // A clock that was wrong for a moment has a request stand before those that are gone.
    const wrong = endedOf({ startedAtMs: NOON_MS - 32 * DAY_MS });
    write(wrong);
    expectExact("all", database.aggregate({ fromMs: 0, toMs: NOON_MS }), [...kept, wrong]);
  });

  it("are the same by sums, and quantiles within 1 %", async () => {
    const { write, database, tend } = await openDatabase({ exactRows: 1 });
    // Some are in the sums, some are not yet, and the clock goes to and fro.
    write(...REQUESTS.slice(0, 3000));
    tend(NOON_MS);
    write(...REQUESTS.slice(3000));
    for (const [what, window] of WINDOWS) {
      const told = database.aggregate(window);
      const requests = within(window);
      expect(told.isExact, what).toBe(false);
      expectFiguresOf(what, told, requests);
      for (const [name, q] of [
        ["p50Ms", 0.5],
        ["p95Ms", 0.95],
        ["p99Ms", 0.99],
      ] as const) {
        const exact = rankOf(requests, q);
        const off = Math.abs((told.quantiles?.[name] ?? 0) - exact) / exact;
        expect(off, `${what}, ${name}`).toBeLessThan(0.01);
      }
    }
  });

  it.each([{ exactRows: 100 }, { exactRows: 0 }])(
    "of one request are that request's: %j",
    async (limits) => {
      const { write, database } = await openDatabase(limits);
      write(endedOf({ tookMs: 321.123 }));
      const { quantiles } = database.aggregate({ fromMs: NOON_MS, toMs: NOON_MS + 1 });
      for (const ms of Object.values(quantiles ?? {})) expect(ms / 321.123).toBeCloseTo(1, 2);
      expect(Object.values(quantiles ?? {})).toHaveLength(3);
    },
  );

  it.each([
    ["none", { fromMs: 0, toMs: NOON_MS }],
    ["whose end is before its beginning", { fromMs: NOON_MS + DAY_MS, toMs: NOON_MS }],
    ["of a project that nobody is", { fromMs: 0, toMs: NOON_MS * 2, project: "nobody" }],
    ["without bounds", { fromMs: -1e15, toMs: -1e14 }],
  ])("of no request are empty: %s", async (_what, window) => {
    const { write, database } = await openDatabase();
    write(endedOf());
    const told = database.aggregate(window);
    expect(told).toMatchObject({ groups: [], hours: [], quantiles: undefined });
    expect(told.total).toMatchObject({ requests: 0, failed: 0, firstAtMs: undefined });
  });

  it("count a batch as its items", async () => {
    const { write, database, tend } = await openDatabase();
    const id = crypto.randomUUID();
    const window = { fromMs: NOON_MS, toMs: NOON_MS + 1 };
    write(
      endedOf({ id, kind: "batch", inputTokens: undefined }),
      endedOf({ id: `${id}-0`, kind: "item" }),
      endedOf({ id: `${id}-1`, kind: "item" }),
    );
    expect(database.aggregate(window).total).toMatchObject({ requests: 2, inputTokens: 80 });
    tend(NOON_MS);
    expect(database.usage(window).days).toMatchObject([{ requests: 2, inputTokens: 80 }]);
  });

  it("tell apart a bounded number of names, which clients choose", async () => {
    const { write, database } = await openDatabase();
    write(...Array.from({ length: 300 }, (_, i) => endedOf({ project: `p${i}`, model: `m${i}` })));
    write(...Array.from({ length: 5 }, () => endedOf({ project: "p7", model: "m7" })));
    const { groups, total } = database.aggregate({ fromMs: NOON_MS, toMs: NOON_MS + 1 });
    const projects = new Set(groups.map(({ project }) => project));
    expect(projects.size).toBe(201);
    expect(projects).toContain("other");
    expect(projects).toContain("p7");
    expect(new Set(groups.map(({ model }) => model)).size).toBe(51);
    expect(total.requests).toBe(305);
  });

  it("name an error by its code, else by how the request ended", async () => {
    const { write, database, tend } = await openDatabase({ exactRows: 0 });
    write(
      endedOf(REFUSED),
      endedOf({ ended: "client_left", errorCode: undefined }),
      endedOf({ ended: "failed", status: 404 }),
      endedOf(),
    );
    tend(NOON_MS);
    const { groups, total } = database.aggregate({
      fromMs: NOON_MS - DAY_MS,
      toMs: NOON_MS + DAY_MS,
    });
    expect(groups.map(({ error }) => String(error)).sort()).toEqual([
      "client_left",
      "failed",
      "rate_limit_exceeded",
      "undefined",
    ]);
    expect(total.failed).toBe(3);
  });
});
