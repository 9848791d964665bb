import { describe, expect, it } from "vitest";
import {
  laneBelow,
  laneFor,
  lanesOf,
  type LaneFacts,
} from "../../../../src/models/lanes/lane-choice.ts";
import { seededRandom } from "../../../support/prng.ts";

const NOTHING: LaneFacts = { configured: [], size: undefined, limits: {}, most: undefined };
const facts = (given: Partial<LaneFacts>): LaneFacts => ({ ...NOTHING, ...given });
const LANES = [8192, 32_768, 131_072];

it.each<[what: string, asked: number | undefined, given: Partial<LaneFacts>, lane: unknown]>([
  [
    "all ran out of memory, the loaded one",
    9e4,
    { size: 4096, configured: LANES, most: 4096 },
    4096,
  ],
  ["nothing is asked, the server's default", undefined, {}, undefined],
  ["nothing is asked, the loaded one", undefined, { size: 6000, configured: LANES }, 6000],
  ["nothing is asked, the smallest configured", undefined, { configured: LANES }, 8192],
  ["the model is not loaded, what is asked", 5000, { limits: { own: 40_960 } }, 5000],
  ["it is not loaded, never more than its own", 50_000, { limits: { own: 40_960 } }, 40_960],
  ["it is not loaded, the smallest that holds it", 9000, { configured: LANES }, 32_768],
  ["the loaded one holds it, that", 100, { size: 12_000, configured: LANES }, 12_000],
  ["it is larger, the next that holds it", 40_000, { size: 8192, configured: LANES }, 131_072],
  ["it is larger than all, the largest", 1e6, { size: 8192, configured: LANES }, 131_072],
  [
    "it is larger, the largest that fits",
    9000,
    { size: 8192, limits: { own: 9e4, fits: 5e4 } },
    5e4,
  ],
  [
    "an estimate is too low, what is asked",
    6e4,
    { size: 8192, limits: { own: 9e4, fits: 5e4 } },
    6e4,
  ],
  ["nobody knows what fits, its own maximum", 9000, { size: 8192, limits: { own: 9e4 } }, 9e4],
  ["nobody knows its maximum, twice the size", 9000, { size: 8192 }, 16_384],
  [
    "more ran out of memory, what did not",
    9e4,
    { size: 8192, configured: LANES, most: 40_000 },
    32_768,
  ],
  ["all ran out of memory, what did not", 9e4, { configured: LANES, most: 100 }, 100],
  [
    "more ran out of memory, the loaded one",
    9e4,
    { size: 8192, limits: { own: 1e5 }, most: 8192 },
    8192,
  ],
])("where %s", (_what, asked, given, lane) => {
  expect(laneFor(asked, facts(given))).toBe(lane);
});

it.each<[lane: number, asked: number | undefined, given: Partial<LaneFacts>, below: unknown]>([
  [131_072, 90_000, { configured: LANES, size: 8192 }, 32_768],
  [8192, 5000, { configured: LANES }, undefined],
  [32_768, 20_000, { configured: [32_768], size: 4096 }, 4096],
  [65_536, 10_000, { size: 8192 }, 10_000],
  [10_000, 10_000, { size: 8192 }, 8192],
  [10_000, 10_000, {}, undefined],
])("one lane down from %i, where %s was asked, with %j: %s", (lane, asked, given, below) => {
  expect(laneBelow(lane, asked, facts(given))).toBe(below);
});

it.each<[given: Partial<LaneFacts>, lanes: number[]]>([
  [{}, []],
  [{ size: 4096 }, [4096]],
  [{ size: 4096, limits: { own: 9e4, fits: 5e4 } }, [4096, 5e4]],
  [{ size: 6e4, limits: { own: 9e4, fits: 5e4 } }, [6e4]],
  [{ configured: LANES, size: 8192, most: 40_000 }, [8192, 32_768]],
  [{ configured: LANES, size: 200_000 }, [...LANES, 200_000]],
])("the lanes with %j are %j", (given, lanes) => {
  expect(lanesOf(facts(given))).toEqual(lanes);
});

describe("over 500 seeds, whatever is asked in whatever order", () => {
  it("no request makes a model smaller, each load is a lane, and there are no more loads than lanes", () => {
    for (let seed = 1; seed <= 500; seed += 1) {
      const random = seededRandom(seed);
      const some = (most: number): number => 1 + Math.floor(random() * most);
      const own = some(100_000);
      const isConfigured = random() < 0.5;
      const configured = isConfigured
        ? Array.from({ length: some(4) }, () => some(100_000)).toSorted((a, b) => a - b)
        : [];
      const limits: LaneFacts["limits"] =
        random() < 0.7 ? { own, ...(random() < 0.5 && { fits: some(own) }) } : {};
      let size: number | undefined;
      let loads = 0;
      let largest = 0;
      for (let i = 0; i < 60; i += 1) {
        const asked = random() < 0.2 ? undefined : some(random() < 0.1 ? 1e9 : 120_000);
        const lane = laneFor(asked, facts({ configured, limits, size }));
        const label = `seed ${seed}, request ${i}`;
        if (lane === undefined) {
          expect([asked, size, configured], label).toEqual([undefined, undefined, []]);
          continue;
        }
        expect(lane, label).toBeGreaterThanOrEqual(size ?? 0);
        if (lane === size) continue;
        largest = Math.max(largest, asked ?? 0);
        loads += 1;
        size = lane;
        if (isConfigured) expect(configured, label).toContain(lane);
        if (limits.own !== undefined && !isConfigured) expect(lane, label).toBeLessThanOrEqual(own);
        // A load for what is asked holds it, unless no lane does.
        const most = isConfigured ? configured.at(-1) : limits.own;
        expect(lane, label).toBeGreaterThanOrEqual(Math.min(asked ?? 0, most ?? Infinity));
      }
      // Where nobody knows a maximum each load is at least twice the one before.
      const doublings = Math.ceil(Math.log2(Math.max(2, largest))) + 2;
      const free = limits.own === undefined ? doublings : limits.fits === undefined ? 2 : 60;
      expect(loads, `seed ${seed}`).toBeLessThanOrEqual(isConfigured ? configured.length : free);
    }
  });
});
