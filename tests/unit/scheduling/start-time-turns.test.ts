import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CostEstimates } from "../../../src/scheduling/cost-estimates.ts";
import { StartTimeTurns } from "../../../src/scheduling/start-time-turns.ts";
import { TenantWeights } from "../../../src/scheduling/tenant-weights.ts";

/** Turns of tenants, `named` of which the operator has given a weight. */
function setUp(named: Record<string, number> = {}) {
  const clock = { now: 0 };
  const weights = new TenantWeights(new Map(Object.entries(named)));
  const estimates = new CostEstimates();
  const turns = new StartTimeTurns({ weights, estimates, now: () => clock.now });
  /** A request of a tenant, from its place to its end. */
  const run = (tenant: string, costMs: number, isWhole = true): void =>
    turns.start(tenant, "m").settle(costMs, isWhole);
  const join = (...tenants: string[]): void => tenants.forEach((tenant) => turns.join(tenant));
  return { turns, weights, estimates, clock, run, join, order: () => [...turns.inTurn()] };
}

/** Both are named, so that neither is a newcomer. */
const AB = { a: 1, b: 1 };

describe("turns by cost", () => {
  it("are first those of the tenant that has had least", () => {
    const { run, join, order } = setUp({ a: 1, b: 1, c: 1 });
    join("a", "b", "c");
    run("a", 500);
    run("b", 100);
    run("c", 300);
    expect(order()).toEqual(["b", "c", "a"]);
    run("b", 300);
    expect(order()).toEqual(["c", "b", "a"]);
  });

  it("go by what a tenant has had, divided by its weight, also when that changes", () => {
    const { run, join, order, weights } = setUp({ a: 4, b: 1 });
    join("a", "b");
    run("a", 300);
    run("b", 100);
    expect(order()).toEqual(["a", "b"]);
    weights.replace(new Map([["a", 0.5]]));
    run("a", 100);
    expect(order()).toEqual(["b", "a"]);
  });

  it("charge the estimate at the start, and the difference at the end", () => {
    const { turns, estimates, join, order } = setUp(AB);
    estimates.learn("a", "m", 700);
    estimates.learn("b", "m", 600);
    join("a", "b");
    const a = turns.start("a", "m");
    const b = turns.start("b", "m");
    expect(order()).toEqual(["b", "a"]);
    a.settle(500, true);
    expect(order()).toEqual(["a", "b"]);
    b.settle(400, true);
    expect(order()).toEqual(["b", "a"]);
  });

  it("charge a request that takes longer as it goes on, and less never", () => {
    const { turns, join, order, run } = setUp(AB);
    join("a", "b");
    const long = turns.start("a", "m");
    run("b", 3000);
    expect(order()).toEqual(["a", "b"]);
    long.atLeast(5000);
    expect(order()).toEqual(["b", "a"]);
    long.atLeast(100);
    expect(order()).toEqual(["b", "a"]);
    long.settle(2000, true);
    expect(order()).toEqual(["a", "b"]);
  });

  it("take what is charged for a load into account", () => {
    const { turns, join, order } = setUp(AB);
    join("a", "b");
    turns.charge("a", 10);
    expect(order()).toEqual(["b", "a"]);
  });

  it("have a tenant that had no turn, or was away, pay for work that others did for it", () => {
    const { turns, join, run, order } = setUp({ ...AB, c: 1 });
    join("a");
    for (let i = 0; i < 10; i += 1) run("a", 100);
    turns.charge("b", 350);
    join("b", "c");
    expect(order()).toEqual(["c", "a", "b"]);
    for (let i = 0; i < 3; i += 1) run("a", 100);
    run("c", 1000);
    expect(order()[0]).toBe("b");
  });

  it("cost a little even where nothing was done", () => {
    const { join, order, run } = setUp(AB);
    join("a", "b");
    run("a", 0);
    expect(order()).toEqual(["b", "a"]);
  });

  it("add up to what was measured, whatever was estimated", () => {
    // Less than a minute in all: who is farther behind loses what it is owed.
    const cost = fc.integer({ min: 1, max: 1900 });
    const request = fc.record({ cost, asItGoes: fc.array(cost, { maxLength: 3 }) });
    fc.assert(
      fc.property(fc.array(request, { minLength: 1, maxLength: 30 }), (requests) => {
        for (const offBy of [-0.5, 0.5]) {
          const { turns, join, order } = setUp(AB);
          join("a", "b");
          for (const { cost, asItGoes } of requests) {
            const charge = turns.start("a", "m");
            for (const soFar of asItGoes) charge.atLeast(soFar);
            charge.settle(cost, true);
          }
          turns.charge("b", requests.reduce((sum, { cost }) => sum + cost, 0) + offBy);
          expect(order()[0]).toBe(offBy < 0 ? "b" : "a");
        }
      }),
    );
  });
});

describe("a tenant that was away", () => {
  it("has not earned anything", () => {
    const { run, join, order, turns } = setUp(AB);
    join("a");
    for (let i = 0; i < 10; i += 1) run("a", 100);
    join("b");
    // It starts where the last request of the other one has: at 900, not at 0.
    run("b", 250);
    expect(order()).toEqual(["a", "b"]);
    turns.leave("b");
    join("b");
    expect(order()).toEqual(["a", "b"]);
  });

  it("owes what the others have not caught up with", () => {
    const { run, join, order, turns } = setUp(AB);
    join("a", "b");
    run("b", 1000);
    turns.leave("b");
    for (let i = 0; i < 9; i += 1) run("a", 100);
    join("b");
    expect(order()).toEqual(["a", "b"]);
    run("a", 100);
    run("a", 100);
    expect(order()).toEqual(["b", "a"]);
  });

  it("owes no more than the machine has been idle for since", () => {
    for (const [idleMs, first] of [
      [900, "b"],
      [1100, "a"],
    ] as const) {
      const { run, join, order, clock } = setUp(AB);
      run("a", 1000);
      clock.now += idleMs;
      join("a", "b");
      // Both start from the same tag once the debt is paid, and "b" has had its turn last.
      run("b", 1);
      expect(order()[0]).toBe(first);
    }
  });
});

describe("tenants never seen before", () => {
  it("come in one after the other at one tenant's pace", () => {
    const { run, join, order, turns } = setUp({ a: 1 });
    join("a");
    run("a", 100);
    const served: string[] = [];
    for (let i = 0; i < 8; i += 1) {
      join(`new${i}`);
      for (const next of order().slice(0, i % 2 === 0 ? 1 : 2)) {
        served.push(next.replace(/\d/, ""));
        run(next, 100);
        if (next !== "a") turns.leave(next);
      }
    }
    const ofA = served.filter((name) => name === "a").length;
    expect(ofA).toBeGreaterThanOrEqual(served.length / 2 - 1);
  });

  it("are not held back by names that come and leave without a turn", () => {
    const { run, join, order, turns } = setUp({ a: 1 });
    join("a");
    run("a", 100);
    for (let i = 0; i < 100; i += 1) {
      join(`noise${i}`);
      turns.leave(`noise${i}`);
    }
    join("new");
    expect(order()).toEqual(["new", "a"]);
  });

  it("start with the highest start in service where none of them has had a turn since", () => {
    const { run, join, order } = setUp({ a: 1 });
    join("a");
    for (let i = 0; i < 10; i += 1) run("a", 100);
    join("new");
    expect(order()).toEqual(["new", "a"]);
    run("new", 100);
    expect(order()).toEqual(["a", "new"]);
  });
});

describe("a thousand tenants", () => {
  it("are remembered, and forgetting one more opens no way around what it owes", () => {
    const { run, join, order, turns } = setUp({ plain: 1 });
    join("plain");
    run("plain", 1000);
    for (let i = 0; i < 1500; i += 1) run(`once${i}`, 100);
    join("once0");
    // Forgotten by now: it stands where the newcomers do, behind all that they have had together.
    expect(order()).toEqual(["plain", "once0"]);
    turns.leave("once0");
  });
});

describe("a tenant that waits for a model which is not there", () => {
  it("is owed a minute at most by those that ran meanwhile", () => {
    const { run, join, order } = setUp({ blocked: 1, runs: 1, other: 1 });
    join("blocked", "runs");
    for (let i = 0; i < 300; i += 1) run("runs", 1000);
    join("other");
    expect(order()).toEqual(["blocked", "other", "runs"]);
    for (let i = 0; i < 62; i += 1) run("blocked", 1000);
    expect(order().at(-1)).toBe("blocked");
  });
});

describe("newcomers beside tenants that are new as well", () => {
  it("go before those that have had long turns and have more waiting", () => {
    const { run, join, order } = setUp();
    const heavy = ["a", "b", "c", "d"];
    for (const tenant of heavy) {
      join(tenant);
      run(tenant, 120_000);
    }
    join("light");
    expect(order()[0]).toBe("light");
  });

  it("wait for what those owe that were new and are away, until these come back to it", () => {
    const { run, join, order, turns } = setUp({ stays: 1 });
    join("stays");
    run("stays", 100);
    run("once", 500);
    join("new");
    expect(order()).toEqual(["stays", "new"]);
    join("once");
    expect(order()).toEqual(["new", "stays", "once"]);
    turns.leave("once");
  });

  it("wait for nothing that a tenant owes which has come often", () => {
    const { run, join, order } = setUp({ stays: 1 });
    join("stays");
    for (let i = 0; i < 12; i += 1) run("regular", 100);
    for (let i = 0; i < 13; i += 1) run("stays", 100);
    run("regular", 5000);
    join("new");
    expect(order()).toEqual(["new", "stays"]);
  });
});
