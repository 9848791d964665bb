import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { OwnModel } from "../../../../src/models/memory/own-model.ts";
import type { ViewedModel } from "../../../../src/models/memory/memory-view.ts";

const MINUTE = 60_000;

beforeEach(() => void vi.useFakeTimers({ now: 0 }));
afterEach(() => void vi.useRealTimers());

function setUp() {
  const world = {
    isFree: true,
    loads: [] as number[],
    faults: [] as unknown[],
    load: () => Promise.resolve(true),
  };
  const own = new OwnModel({
    model: "own:1",
    mayLoad: async () => world.isFree,
    load: () => {
      world.loads.push(Date.now());
      return world.load();
    },
    onFault: (err) => void world.faults.push(err),
  });
  /** It is in memory now, to stay for so long. */
  const there = (ms = 5 * MINUTE): void => {
    const expires_at = new Date(Date.now() + ms).toISOString();
    own.seen([{ name: "own:1", listed: { expires_at } } as ViewedModel]);
  };
  return { world, own, there };
}

it("is loaded soon after a server is up, and not before", async () => {
  const { world, own } = setUp();
  await vi.advanceTimersByTimeAsync(MINUTE);
  expect(world.loads).toEqual([]);
  own.serverUp();
  expect(world.loads).toEqual([]);
  await vi.advanceTimersByTimeAsync(0);
  expect(world.loads).toEqual([MINUTE]);
  await vi.advanceTimersByTimeAsync(60 * MINUTE);
  expect(world.loads).toHaveLength(1);
});

it("is tried again while there is no room for it, ever less often, and then given up", async () => {
  const { world, own } = setUp();
  world.isFree = false;
  const asked: number[] = [];
  const mayLoad = vi.fn(async () => {
    asked.push(Date.now() / 1000);
    return false;
  });
  const patient = new OwnModel({
    model: "own:1",
    mayLoad,
    load: async () => true,
    onFault: () => {},
  });
  patient.serverUp();
  await vi.advanceTimersByTimeAsync(24 * 60 * MINUTE);
  expect(asked).toEqual([0, 2, 8, 26, 80, 242, 728, 2186]);
  own.serverUp();
  await vi.advanceTimersByTimeAsync(1000);
  world.isFree = true;
  await vi.advanceTimersByTimeAsync(MINUTE);
  expect(world.loads).toHaveLength(1);
});

it("is loaded again when others have pushed it out, but not in a loop against them", async () => {
  const { world, own, there } = setUp();
  own.serverUp();
  await vi.advanceTimersByTimeAsync(0);
  for (let round = 0; round < 500; round += 1) {
    there();
    await vi.advanceTimersByTimeAsync(MINUTE);
    own.seen([]);
    await vi.advanceTimersByTimeAsync(MINUTE);
  }
  expect(world.loads).toHaveLength(8);
});

it("is loaded again at once when it had been there for long", async () => {
  const { world, own, there } = setUp();
  own.serverUp();
  for (let minute = 0; minute < 12; minute += 1) {
    await vi.advanceTimersByTimeAsync(MINUTE);
    there();
  }
  own.seen([]);
  await vi.advanceTimersByTimeAsync(2000);
  expect(world.loads).toHaveLength(2);
});

it.each(["its time was over", "nobody used it"])("is left alone where %s", async (why) => {
  const { world, own, there } = setUp();
  own.serverUp();
  await vi.advanceTimersByTimeAsync(0);
  there(MINUTE);
  if (why === "nobody used it") own.leftIdle();
  else await vi.advanceTimersByTimeAsync(2 * MINUTE);
  own.seen([]);
  await vi.advanceTimersByTimeAsync(60 * MINUTE);
  expect(world.loads).toHaveLength(1);
});

it("tells of a load that fails, and nothing any more once it was stopped", async () => {
  const { world, own } = setUp();
  world.load = () => Promise.reject(new Error("no memory"));
  own.serverUp();
  await vi.advanceTimersByTimeAsync(0);
  expect(world.faults).toEqual([new Error("no memory")]);
  own.stop();
  own.serverUp();
  await vi.advanceTimersByTimeAsync(60 * MINUTE);
  expect(world.loads).toHaveLength(1);
  expect(vi.getTimerCount()).toBe(0);
});
