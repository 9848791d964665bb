import { describe, expect, it } from "vitest";
import { type Swap, swapDueInMs } from "../../../src/scheduling/model-swap.ts";

/** One tenant on each side; both models load within 1 s, and nobody's patience ends. */
const EVEN: Swap = {
  heldMs: 0,
  waitedMs: 0,
  waiting: 1,
  working: 1,
  loadMs: 1000,
  loadBackMs: 1000,
  patienceMs: 1e9,
};

/** After how many milliseconds of both a swap is due. */
function dueAfterMs(swap: Partial<Swap>): number {
  for (let ms = 0; ; ms += 50) {
    if (swapDueInMs({ ...EVEN, heldMs: ms, waitedMs: ms, ...swap }) <= 0) return ms;
  }
}

describe("swapDueInMs", () => {
  it.each([
    ["one tenant on either side: ten loads", {}, 10_000],
    ["three wait, one works", { waiting: 3 }, 6700],
    ["one waits, three work", { working: 3 }, 20_000],
    ["the way back is long", { loadBackMs: 4000 }, 25_000],
    ["both load in no time", { loadMs: 10, loadBackMs: 20 }, 2500],
    ["patience ends before that", { patienceMs: 3000 }, 3000],
    ["patience ends before half of a load", { patienceMs: 100 }, 500],
  ])("where %s", (_case, swap, ms) => {
    expect(dueAfterMs(swap)).toBe(ms);
  });

  it("counts no waiting from before the model in memory could be used", () => {
    expect(swapDueInMs({ ...EVEN, heldMs: 9000, waitedMs: 60_000 })).toBeGreaterThan(0);
  });

  it("counts no time in which nobody waited", () => {
    expect(swapDueInMs({ ...EVEN, heldMs: 60_000, waitedMs: 9000 })).toBeGreaterThan(0);
  });
});
