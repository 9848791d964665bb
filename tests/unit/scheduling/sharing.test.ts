import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jain } from "../../../bench/lib/sharing-figures.mjs";
import { play, sharesOf } from "./simulated.ts";

const HOUR_MS = 3_600_000;

describe("shares of the inference time", () => {
  it("are equal for four tenants whose requests differ 40-fold", async () => {
    const costs = [3000, 12_000, 40_000, 120_000];
    const tenants = costs.map((costMs, i) => ({ name: `t${i}`, clients: 3, costMs }));
    const played = await play({ lastsMs: 20 * 120_000, tenants });
    const shares = sharesOf(
      played,
      tenants.map(({ name }) => name),
    );
    expect(jain([...shares.values()])).toBeGreaterThanOrEqual(0.97);
  });

  it("are as the weights are, within 5 %", async () => {
    const group = { clients: 6, costMs: 8000, spread: 0.5 };
    const tenants = [1, 2, 4].map((weight) => ({ ...group, name: `w${weight}`, weight }));
    const played = await play({ lastsMs: 3 * HOUR_MS, tenants });
    const shares = sharesOf(played, ["w1", "w2", "w4"]);
    for (const weight of [1, 2, 4]) {
      const due = weight / 7;
      expect(Math.abs((shares.get(`w${weight}`) ?? 0) / due - 1)).toBeLessThanOrEqual(0.05);
    }
  });

  it("are equal for an agent that waits for each answer of 120 s and one with many of 3 s", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 10 }), async (clients) => {
        const tenants = [
          { name: "agent", clients: 1, costMs: 120_000 },
          { name: "busy", clients, costMs: 3000 },
        ];
        const played = await play({ lastsMs: 2 * HOUR_MS, tenants }, clients);
        const share = sharesOf(played, ["agent", "busy"]).get("agent") ?? 0;
        expect(Math.abs(share / 0.5 - 1)).toBeLessThanOrEqual(0.05);
      }),
      { numRuns: 5 },
    );
  });

  it("are no larger for one that leaves for a second between its requests", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 60 }), async (costSec) => {
        const tenants = [
          { name: "leaver", clients: 1, costMs: costSec * 1000, thinkMs: 1000 },
          { name: "stayer", clients: 2, costMs: 10_000 },
        ];
        const played = await play({ lastsMs: HOUR_MS, tenants }, costSec);
        // One request of either is under way at the end.
        expect(sharesOf(played, ["leaver", "stayer"]).get("leaver")).toBeLessThanOrEqual(0.52);
      }),
      { numRuns: 8 },
    );
  });

  it("are no larger for one that takes a new name for each request", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          clients: fc.integer({ min: 1, max: 20 }),
          costSec: fc.integer({ min: 1, max: 20 }),
          others: fc.integer({ min: 1, max: 4 }),
        }),
        async ({ clients, costSec, others }) => {
          const names = Array.from({ length: others }, (_, i) => `t${i}`);
          const tenants = [
            ...names.map((name) => ({ name, clients: 2, costMs: 5000, spread: 0.4 })),
            { name: "new", clients, costMs: costSec * 1000, newNames: true, fromMs: 120_000 },
          ];
          const played = await play({ lastsMs: HOUR_MS, tenants }, clients);
          // Those that come together before one of them was served come in together.
          const shares = sharesOf(played, [...names, "new"], 600_000);
          expect(shares.get("new")).toBeLessThanOrEqual((1 / (others + 1)) * 1.05);
        },
      ),
      { numRuns: 8 },
    );
  });
});

/** Tenants of any kind: how many requests they have, how long these are, and what they are. */
const anyTenant = fc.record({
  clients: fc.integer({ min: 1, max: 6 }),
  costMs: fc.integer({ min: 50, max: 60_000 }),
  spread: fc.constantFrom(0, 0.5, 1),
  thinkMs: fc.constantFrom(0, 100, 5000),
  weight: fc.constantFrom(0.5, 1, 1, 3),
  model: fc.constantFrom("m", "m", "n"),
  background: fc.constantFrom(false, false, false, true),
  requests: fc.integer({ min: 1, max: 12 }),
});

const anyWorkload = fc.record({
  kinds: fc.array(anyTenant, { minLength: 1, maxLength: 6 }),
  places: fc.integer({ min: 1, max: 4 }),
  room: fc.integer({ min: 1, max: 2 }),
  loadMs: fc.constantFrom(0, 3000),
});

describe("any workload", () => {
  it("is answered as a whole, and no place is free while somebody could have it", async () => {
    await fc.assert(
      fc.asyncProperty(anyWorkload, fc.nat(), async ({ kinds, places, room, loadMs }, seed) => {
        const tenants = kinds.map((kind, i) => ({ ...kind, name: `t${i}` }));
        const asked = tenants.reduce((sum, { clients, requests }) => sum + clients * requests, 0);
        const played = await play({ lastsMs: 60 * HOUR_MS, places, room, loadMs, tenants }, seed);
        expect(played.answered).toHaveLength(asked);
        for (const { startedMs, endedMs, costMs } of played.answered) {
          expect(endedMs - startedMs).toBeCloseTo(costMs, 3);
        }
        // With one model nothing but a free place is waited for.
        if (loadMs === 0 && new Set(kinds.map(({ model }) => model)).size === 1) {
          expectNoIdlePlace(played.answered, places);
        }
      }),
      { numRuns: 25 },
    );
  }, 60_000);
});

/** Whoever has waited has found all places taken until a place became free at its own start. */
function expectNoIdlePlace(
  answered: Awaited<ReturnType<typeof play>>["answered"],
  places: number,
): void {
  for (const { arrivedMs, startedMs } of answered) {
    if (startedMs - arrivedMs < 0.001) continue;
    const between = answered.filter((one) => one.startedMs < startedMs && one.endedMs > arrivedMs);
    const times = [arrivedMs, ...between.map(({ endedMs }) => endedMs)];
    for (const at of times.filter((time) => time >= arrivedMs && time < startedMs - 0.001)) {
      const running = answered.filter((one) => one.startedMs <= at && one.endedMs > at);
      expect(running.length).toBe(places);
    }
  }
}
