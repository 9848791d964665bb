import { describe, expect, it } from "vitest";
import {
  AdaptiveParallel,
  type ParallelChange,
} from "../../../src/scheduling/adaptive-parallel.ts";

const MINUTE = 60_000;
const TOKENS = 100;
const ALONE_MS = 1000;

interface Given {
  /** How many the server works on side by side. */
  slots: number;
  max?: number;
  base?: number;
  /** How many times as long one takes with another one beside it: 1 where there is room for both. */
  slowedBy?: number;
  tellsDurations?: boolean;
}

/**
 * A server on a simulated clock, and clients that keep it busy: as many requests are open as may be,
 * and others wait. It works on those that came first, each slowed by those beside it.
 */
function setUp({ slots, max = 4, base = 1, slowedBy = 1, tellsDurations = true }: Given) {
  const clock = { now: 0 };
  const world = { isWaitedFor: true, slots };
  const changes: (ParallelChange & { atMs: number })[] = [];
  const open: { sentAt: number }[] = [];
  const adaptive = new AdaptiveParallel({
    base: () => base,
    max,
    work: () => ({ running: open.length, isWaitedFor: world.isWaitedFor }),
    onChange: (change) => void changes.push({ ...change, atMs: clock.now }),
    now: () => clock.now,
  });

  const fill = (): void => {
    while (open.length < adaptive.of("m")) open.push({ sentAt: clock.now });
  };

  /** The requests that the server works on are answered, again and again, for so long. */
  function playFor(ms: number): void {
    const until = clock.now + ms;
    fill();
    while (clock.now < until) {
      const working = open.slice(0, world.slots);
      const ranMs = ALONE_MS * slowedBy ** (working.length - 1);
      clock.now += ranMs;
      for (const { sentAt } of working) {
        open.shift();
        adaptive.answered("m", {
          totalMs: clock.now - sentAt,
          loadMs: 0,
          promptMs: 0,
          ...(tellsDurations && { generationMs: ranMs }),
          outputTokens: TOKENS,
        });
        fill();
      }
    }
  }
  const tried = () => changes.filter(({ what }) => what === "tried").map(({ atMs }) => atMs);
  return { adaptive, world, changes, playFor, tried };
}

describe("requests side by side on a server of which that is not known", () => {
  it.each([1, 2, 4])("are as many as it works on: %i", (slots) => {
    const { adaptive, playFor } = setUp({ slots });
    playFor(30 * MINUTE);
    expect(adaptive.of("m")).toBe(slots);
    expect(adaptive.raised).toEqual(slots > 1 ? { m: slots } : {});
  });

  it("are never more than the most", () => {
    const { adaptive, playFor, changes } = setUp({ slots: 8, max: 3 });
    playFor(60 * MINUTE);
    expect(adaptive.of("m")).toBe(3);
    expect(Math.max(...changes.map(({ parallel }) => parallel))).toBe(3);
  });

  it("are one more at most every five minutes", () => {
    const { playFor, tried } = setUp({ slots: 4 });
    playFor(30 * MINUTE);
    const [first, second, third] = tried();
    expect(tried()).toHaveLength(3);
    expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(5 * MINUTE);
    expect((third ?? 0) - (second ?? 0)).toBeGreaterThanOrEqual(5 * MINUTE);
  });

  it("are tried again an hour after they were taken back", () => {
    const { playFor, changes } = setUp({ slots: 1 });
    playFor(70 * MINUTE);
    expect(changes.map(({ what }) => what)).toEqual(["tried", "taken back", "tried", "taken back"]);
    const [, back, again] = changes;
    expect((again?.atMs ?? 0) - (back?.atMs ?? 0)).toBeGreaterThanOrEqual(60 * MINUTE);
  });

  it("are taken back where they wait for nothing and all have no more tokens together", () => {
    const { adaptive, playFor, changes } = setUp({ slots: 2, slowedBy: 1.9 });
    playFor(10 * MINUTE);
    expect(changes.map(({ what }) => what)).toEqual(["tried", "taken back"]);
    expect(changes[1]?.serverWaitMs).toBeLessThan(50);
    expect(adaptive.of("m")).toBe(1);
  });

  it("are one less when the server has come to work on fewer", () => {
    const { adaptive, world, playFor } = setUp({ slots: 2 });
    playFor(10 * MINUTE);
    expect(adaptive.of("m")).toBe(2);
    world.slots = 1;
    playFor(MINUTE);
    expect(adaptive.of("m")).toBe(1);
  });

  it("are not tried while nobody waits", () => {
    const { world, playFor, changes } = setUp({ slots: 4 });
    world.isWaitedFor = false;
    playFor(10 * MINUTE);
    expect(changes).toEqual([]);
  });

  it("are not tried where the server tells no durations", () => {
    const { playFor, changes } = setUp({ slots: 4, tellsDurations: false });
    playFor(10 * MINUTE);
    expect(changes).toEqual([]);
  });

  it("are what is known of a new server, from its first request", () => {
    const { adaptive, playFor } = setUp({ slots: 4, base: 2 });
    playFor(10 * MINUTE);
    expect(adaptive.of("m")).toBeGreaterThan(2);
    adaptive.reset();
    expect(adaptive.of("m")).toBe(2);
  });
});
