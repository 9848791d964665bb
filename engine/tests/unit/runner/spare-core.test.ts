import { describe, expect, it } from "vitest";
import { SpareCore } from "../../../runner/spare-core.ts";

const TOKENS = 4;

/** Takes rounds and counts those with the core; `ms` says what a round costs with it and without. */
function rounds(
  core: SpareCore,
  count: number,
  ms: { with: number; without: number },
  tokens = TOKENS,
) {
  const used = Array.from({ length: count }, () => {
    const all = core.shouldUse(tokens);
    core.learn(tokens, all, all ? ms.with : ms.without);
    return all;
  });
  return used.filter(Boolean).length / count;
}

const IDLE = { with: 6, without: 10 };
const BUSY = { with: 30, without: 10 };

describe("SpareCore", () => {
  it("is used where that is quicker, and is not where it is slower", () => {
    expect(rounds(new SpareCore(), 200, IDLE)).toBeGreaterThan(0.9);
    expect(rounds(new SpareCore(), 200, BUSY)).toBeLessThan(0.1);
  });

  it("is given back within a few rounds when another program wants it, and taken again after", () => {
    const core = new SpareCore();
    rounds(core, 200, IDLE);
    expect(rounds(core, 50, BUSY)).toBeLessThan(0.2);
    rounds(core, 1_000, BUSY);
    rounds(core, 2_000, IDLE);
    expect(rounds(core, 200, IDLE)).toBeGreaterThan(0.9);
  });

  it("is tried more and more rarely while it is no good", () => {
    const core = new SpareCore();
    rounds(core, 5_000, BUSY);
    expect(rounds(core, 2_000, BUSY)).toBeLessThan(0.005);
  });

  it("does not change its mind over one slow round", () => {
    const core = new SpareCore();
    rounds(core, 20, IDLE);
    core.learn(TOKENS, true, 500);
    expect(core.shouldUse(TOKENS)).toBe(true);
  });

  it("is judged for each size of round, and never used for one token", () => {
    const core = new SpareCore();
    rounds(core, 20, BUSY, 4);
    rounds(core, 20, IDLE, 64);
    expect(core.shouldUse(4)).toBe(false);
    expect(core.shouldUse(64)).toBe(true);
    expect(rounds(core, 200, IDLE, 1)).toBe(0);
  });
});
