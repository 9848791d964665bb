import { expect, it } from "vitest";
import { CostEstimates } from "../../../src/scheduling/cost-estimates.ts";
import { StartTimeTurns } from "../../../src/scheduling/start-time-turns.ts";
import { TenantWeights } from "../../../src/scheduling/tenant-weights.ts";
import { forEachTurnBefore } from "../../../src/scheduling/turns-before.ts";
import { WaitingRequests, type Ticket } from "../../../src/scheduling/waiting-requests.ts";
import { fakeClient } from "../../support/fake-client.ts";

function ticket(name: string, more: Partial<Ticket> = {}): Ticket {
  return {
    line: "text",
    tenant: name.slice(0, 1),
    model: "m",
    maxWaitMs: 1000,
    signal: fakeClient().signal,
    enqueuedAt: Number(name.slice(1)),
    settle: () => {},
    ...more,
  };
}

/** Requests that wait, by name; a tenant's take as long as `times` says, a second else. */
function setUp(names: string[], times: Record<string, number> = {}) {
  const weights = new TenantWeights(new Map([...new Set(names)].map((name) => [name, 1])));
  const turns = new StartTimeTurns({ weights, estimates: new CostEstimates(), now: () => 0 });
  const waiting = new WaitingRequests();
  const add = (one: Ticket): Ticket => {
    if (waiting.add(one)) turns.join(one.tenant);
    return one;
  };
  const tickets = new Map(names.map((name) => [name, add(ticket(name))]));
  const timeOf = (tenant: string) => {
    return { meanMs: times[tenant] ?? 1000, variance: 0, basis: "measured" } as const;
  };
  /** How many go before a request, in the same line. */
  const before = (of: string | Ticket): number | undefined => {
    const one = typeof of === "string" ? tickets.get(of) : of;
    if (!one) return undefined;
    let count = 0;
    forEachTurnBefore(one, { waiting, turns, timeOf }, (ahead) => {
      if (ahead.kind.line === one.line) count += ahead.count;
    });
    return count;
  };
  return { before, add, turns };
}

it("tells how many have their turn before a request, where all take as long", () => {
  const { before } = setUp(["a1", "a2", "a3", "b1", "c1", "b2"]);
  expect(["a1", "b1", "c1", "a2", "b2", "a3"].map(before)).toEqual([0, 1, 2, 3, 4, 5]);
});

it("counts what takes less more often, and what takes longer less", () => {
  const { before } = setUp(["a1", "b1", "b2", "b3", "b4", "a2", "a3"], { a: 3000 });
  // One of a's costs as much as three of b's; then a is first again, as it was before.
  expect([before("a2"), before("a3"), before("b3"), before("b4")]).toEqual([4, 6, 3, 5]);
});

it("counts the other line's requests apart, whose models may be the same", () => {
  const { before, add } = setUp(["a1", "b1"]);
  const seen = add(ticket("a0", { line: "vision" }));
  expect(before(seen)).toBe(0);
  // Its tenant's turn is the other line's first.
  expect(before("a1")).toBe(1);
  expect(before("b1"), "one turn of a's two requests, of which one is in its line").toBe(0.5);
});

it("tells the same of a request that would come now", () => {
  const { before } = setUp(["a1", "a2", "b1"]);
  expect(before(ticket("a9"))).toBe(3);
  expect(before(ticket("d9"))).toBe(2);
});

it("looks at some of very many tenants, which stand for the others", () => {
  const names = Array.from({ length: 500 }, (_, i) => `${String.fromCodePoint(0x4e00 + i)}1`);
  const { before, add } = setUp(names);
  const last = add(ticket("z1"));
  expect(before(last)).toBeGreaterThan(480);
  expect(before(last)).toBeLessThan(520);
});
