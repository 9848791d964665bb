import { expect, it } from "vitest";
import type { EndedRequest } from "../../../../src/requests/ended-request.ts";
import { nearestRank } from "../../../../workers/request-store/sketch.ts";
import { endedOf, NOON_MS } from "../../../support/ended-requests.ts";
import { HOUR_MS, openDatabase } from "./database-set-up.ts";

/** Minutes in which there is a request each, in the order in which they come. */
const MINUTES = 120;

/** Two hours of requests, after which the clock is put back by one, and two hours more. */
const REQUESTS: EndedRequest[] = [0, 1].flatMap((run) =>
  Array.from({ length: MINUTES }, (_, minute) =>
    endedOf({
      startedAtMs: NOON_MS + run * HOUR_MS + minute * 60_000,
      tookMs: 1 + run * MINUTES + minute,
    }),
  ),
);

async function written() {
  const opened = await openDatabase();
  for (let at = 0; at < REQUESTS.length; at += 48) {
    opened.write(...REQUESTS.slice(at, at + 48));
    // The sums follow as the clock tells.
    opened.tend(REQUESTS[at + 47]?.startedAtMs ?? 0);
  }
  return opened;
}

it("rows are in the order of their numbers where the clock was put back by an hour", async () => {
  const { database } = await written();
  const ids = REQUESTS.map(({ id }) => id);
  const pages = (order: "oldest" | "newest"): string[] => {
    const all: string[] = [];
    for (let after: number | undefined; ;) {
      const page = database.rows({ order, limit: 50, ...(after === undefined ? {} : { after }) });
      all.push(...page.map(({ id }) => id));
      after = page.at(-1)?.number;
      if (after === undefined) return all;
    }
  };
  expect(pages("oldest")).toEqual(ids);
  expect(pages("newest")).toEqual(ids.toReversed());
});

it.each([
  ["the hour that was twice", HOUR_MS, 2 * HOUR_MS],
  ["the first half of it", HOUR_MS, 1.5 * HOUR_MS],
  ["all of it", 0, 3 * HOUR_MS],
  ["the last hour", 2 * HOUR_MS, 3 * HOUR_MS],
])("figures of %s are those of its requests", async (_what, from, to) => {
  const { database } = await written();
  const [fromMs, toMs] = [NOON_MS + from, NOON_MS + to];
  const inside = REQUESTS.filter((r) => r.startedAtMs >= fromMs && r.startedAtMs < toMs);
  const { total, quantiles, hours, isExact } = database.aggregate({ fromMs, toMs });
  expect(isExact).toBe(true);
  expect(total).toMatchObject({
    requests: inside.length,
    firstAtMs: Math.min(...inside.map(({ startedAtMs }) => startedAtMs)),
    lastAtMs: Math.max(...inside.map(({ startedAtMs }) => startedAtMs)),
  });
  const tooks = inside.map(({ tookMs }) => tookMs).sort((a, b) => a - b);
  const at = (q: number): number | undefined => tooks[nearestRank(q, tooks.length)];
  expect(quantiles).toEqual({ p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99) });
  const hourOf = (r: EndedRequest): number => Math.floor(r.startedAtMs / HOUR_MS) * HOUR_MS;
  const expected = [...new Set(inside.map(hourOf))].map((startMs) => ({
    startMs,
    requests: inside.filter((r) => hourOf(r) === startMs).length,
  }));
  expect(hours.map(({ startMs, requests }) => ({ startMs, requests }))).toEqual(
    expected.sort((a, b) => a.startMs - b.startMs),
  );
});
