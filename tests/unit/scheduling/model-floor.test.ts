import { describe, expect, it } from "vitest";
import { ModelFloor } from "../../../src/scheduling/model-floor.ts";

const idle = (): boolean => false;
const busyWith =
  (...models: string[]) =>
  (model: string): boolean =>
    models.includes(model);

/** A server with room for one model; patience 1000 ms, so half of it is 500 and linger 100. */
function setUp(loaded: string | undefined, loadedAt = 0) {
  const memory = {
    loaded,
    loadedAt,
    expected: [] as string[],
    mayBeEvictedSince: undefined as number | undefined,
  };
  const floor = new ModelFloor({
    patienceMs: 1000,
    models: {
      isLoaded: (model) => model === memory.loaded,
      modelsToEvict: (model) =>
        memory.loaded === undefined || memory.loaded === model ? [] : [memory.loaded],
      loadedAt: () => memory.loadedAt,
      mayBeEvictedSince: () => memory.mayBeEvictedSince,
      expectLoad: (model) => {
        memory.expected.push(model);
        memory.loaded = model;
      },
    },
  });
  return { floor, memory };
}

describe("ModelFloor", () => {
  it("admits a loaded model, a request without a model, and any model into empty memory", () => {
    const { floor } = setUp("a");
    expect(floor.admits("a", 0, busyWith("a"))).toBe(true);
    expect(floor.admits("", 0, busyWith("a"))).toBe(true);
    expect(setUp(undefined).floor.admits("b", 0, idle)).toBe(true);
  });

  it.each([
    ["has work", 5000, busyWith("a"), false],
    ["ended its last request just now", 1099, idle, false],
    ["has been idle for a moment", 1100, idle, true],
  ])("for a model in the way that %s, at %i ms: %o %s", (_case, now, isBusy, admitted) => {
    const { floor } = setUp("a");
    floor.started("a");
    floor.ended("a", 1000);
    expect(floor.admits("b", now, isBusy)).toBe(admitted);
  });

  it("holds a model while another is loaded beside it for the first time, but not for ever", () => {
    const { floor, memory } = setUp("a");
    memory.mayBeEvictedSince = 1000;
    expect(floor.admits("a", 1499, idle)).toBe(false);
    expect(floor.admits("a", 1500, idle)).toBe(true);
    memory.mayBeEvictedSince = undefined;
    expect(floor.admits("a", 1200, idle)).toBe(true);
  });

  it("gives a model that was just loaded a moment before it is pushed out", () => {
    const { floor } = setUp("a", 2000);
    expect(floor.admits("b", 2099, idle)).toBe(false);
    expect(floor.admits("b", 2100, idle)).toBe(true);
  });

  it.each([
    ["waited for half the patience", 100, 0, 599, 600],
    ["and the other has held the floor as long", 0, 300, 799, 800],
  ])("promotes a model once it %s", (_case, enqueuedAt, loadedAt, early, due) => {
    const { floor } = setUp("a", loadedAt);
    const waiting = [{ model: "b", enqueuedAt }];
    floor.promoteStarved(waiting, early);
    expect(floor.promoted).toBeUndefined();
    floor.promoteStarved(waiting, due);
    expect(floor.promoted).toBe("b");
    expect(floor.admits("b", due, busyWith("a"))).toBe(true);
  });

  it("lets the models to evict for the promoted one run dry", () => {
    const { floor } = setUp("a");
    floor.promoteStarved([{ model: "b", enqueuedAt: 0 }], 500);
    expect(floor.admits("a", 500, busyWith("a"))).toBe(false);
    floor.started("b");
    expect(floor.promoted).toBeUndefined();
  });

  it("lets no third model slip in before the promoted one", () => {
    const { floor } = setUp("a");
    floor.promoteStarved([{ model: "b", enqueuedAt: 0 }], 500);
    expect(floor.admits("c", 500, busyWith("a"))).toBe(false);
  });

  it("promotes the model that has waited longest", () => {
    const { floor } = setUp("a");
    const waiting = [
      { model: "b", enqueuedAt: 30 },
      { model: "c", enqueuedAt: 10 },
      { model: "d", enqueuedAt: 20 },
    ];
    floor.promoteStarved(waiting, 600);
    expect(floor.promoted).toBe("c");
  });

  it("keeps a model promoted while its request waits, and no longer when that has left", () => {
    const { floor } = setUp("a");
    floor.promoteStarved([{ model: "b", enqueuedAt: 100 }], 700);
    const both = [
      { model: "c", enqueuedAt: 0 },
      { model: "b", enqueuedAt: 100 },
    ];
    floor.promoteStarved(both, 800);
    expect(floor.promoted).toBe("b");
    floor.promoteStarved([{ model: "c", enqueuedAt: 0 }], 900);
    expect(floor.promoted).toBe("c");
    floor.promoteStarved([], 900);
    expect(floor.promoted).toBeUndefined();
  });

  it("promotes no model where nothing has to be evicted", () => {
    const { floor } = setUp(undefined);
    floor.promoteStarved([{ model: "b", enqueuedAt: 0 }], 5000);
    expect(floor.promoted).toBeUndefined();
  });

  it("announces the load of a model that is not in memory, and only that", () => {
    const { floor, memory } = setUp("a");
    floor.started("a");
    floor.started("");
    floor.started("b");
    expect(memory.expected).toEqual(["b"]);
  });
});
