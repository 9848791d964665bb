import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ClientLeft } from "../../../src/errors/abort-reasons.ts";
import { BodyBudget, type BodyHold } from "../../../src/http/body-budget.ts";
import { Deadlines } from "../../../src/runtime/deadlines.ts";
import { fakeClient } from "../../support/fake-client.ts";

const MIB = 1_048_576;
const FULL = { code: "queue_full", retryAfterSec: 2 };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const settled = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);

/** A budget of some MiB, and who got memory in which order. */
function setUp(maxMib: number) {
  const deadlines = new Deadlines();
  const budget = new BodyBudget({ maxBytes: maxMib * MIB, waitMs: 1000, deadlines });
  const order: string[] = [];
  const holds = new Map<string, BodyHold>();
  /** Takes memory under a label, whose letters are the tenant. */
  const take = async (label: string, mib: number | undefined, client = fakeClient()) => {
    const bytes = mib === undefined ? undefined : mib * MIB;
    const tenant = label.replace(/\d+$/, "");
    const hold = await budget.take({ tenant, bytes, signal: client.signal });
    order.push(label);
    holds.set(label, hold);
    expect(client.listeners()).toBe(0);
    return hold;
  };
  const release = async (label: string): Promise<void> => {
    holds.get(label)?.release();
    await settled();
  };
  const nothingIsHeld = (): void =>
    expect([budget.bytes, budget.waiting, deadlines.size]).toEqual([0, 0, 0]);
  return { budget, take, release, order, nothingIsHeld };
}

describe("BodyBudget", () => {
  it("gives memory at once, and takes it back once", async () => {
    const { budget, nothingIsHeld } = setUp(10);
    const { signal } = fakeClient();
    const hold = budget.take({ tenant: "a", bytes: 5 * MIB, signal }) as BodyHold;
    expect(budget.bytes).toBe(5 * MIB);
    hold.release();
    hold.release();
    nothingIsHeld();
  });

  it("lets one tenant have half, and others the rest", async () => {
    const { take, release, order, budget, nothingIsHeld } = setUp(10);
    await take("a1", 5);
    const waiting = take("a2", 1);
    await take("b1", 5);
    expect(budget.bytes).toBe(10 * MIB);
    await release("b1");
    expect(order).toEqual(["a1", "b1"]);
    await release("a1");
    await waiting;
    expect(order).toEqual(["a1", "b1", "a2"]);
    await release("a2");
    nothingIsHeld();
  });

  it("lets tenants take turns, first come first served within each", async () => {
    const { take, release, order, nothingIsHeld } = setUp(10);
    for (const label of ["x", "y"]) await take(label, 5);
    const labels = ["a1", "a2", "a3", "b1", "c1", "b2"];
    for (const label of labels) void take(label, 5);
    for (const label of ["x", "y", "a1", "b1", "c1", "a2", "b2"]) await release(label);
    expect(order).toEqual(["x", "y", "a1", "b1", "c1", "a2", "b2", "a3"]);
    await release("a3");
    nothingIsHeld();
  });

  it("does not let small bodies pass a large one for ever, but for one that waits for his share", async () => {
    const { take, release, order } = setUp(10);
    await take("a1", 5);
    // It waits for its own tenant's share: nobody else has to.
    void take("a2", 1);
    await take("b1", 3);
    void take("c1", 4);
    void take("d1", 1);
    await settled();
    expect(order).toEqual(["a1", "b1"]);
    await release("b1");
    expect(order).toEqual(["a1", "b1", "c1", "d1"]);
    await release("a1");
    expect(order.at(-1)).toBe("a2");
  });

  it("refuses who has waited too long, and lets the next one go", async () => {
    const { take, release, order, nothingIsHeld } = setUp(10);
    await take("a", 5);
    await take("b", 4);
    const late = expect(take("c", 4)).rejects.toMatchObject(FULL);
    await vi.advanceTimersByTimeAsync(500);
    void take("d", 1);
    await vi.advanceTimersByTimeAsync(700);
    await late;
    expect(order).toEqual(["a", "b", "d"]);
    for (const label of order) await release(label);
    nothingIsHeld();
  });

  it("forgets who leaves while it waits", async () => {
    const { take, release, order, nothingIsHeld } = setUp(10);
    await take("a1", 5);
    const leaver = fakeClient();
    const left = expect(take("a2", 5, leaver)).rejects.toBeInstanceOf(ClientLeft);
    void take("a3", 5);
    leaver.leave();
    await left;
    await release("a1");
    expect(order).toEqual(["a1", "a3"]);
    await release("a3");
    nothingIsHeld();
  });

  it("gives a body without a length its memory in steps, while there is some", async () => {
    const { take, budget, nothingIsHeld } = setUp(4);
    const hold = await take("a1", undefined);
    expect(hold.covers(65_536)).toBe(true);
    expect(budget.bytes).toBe(0);
    expect(hold.covers(65_537)).toBe(true);
    expect(budget.bytes).toBe(MIB);
    expect(hold.covers(MIB + 1)).toBe(true);
    expect(hold.covers(2 * MIB + 1)).toBe(false);
    expect(budget.bytes).toBe(2 * MIB);
    hold.release();
    expect(hold.covers(70_000)).toBe(false);
    nothingIsHeld();
  });

  it("refuses at once what can never be had", () => {
    const { budget } = setUp(4);
    const { signal } = fakeClient();
    const take = () => budget.take({ tenant: "a", bytes: 2 * MIB + 1, signal });
    expect(take).toThrow(expect.objectContaining(FULL));
  });
});
