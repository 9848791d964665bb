import { describe, expect, it, onTestFinished, vi } from "vitest";
import { awakeClock } from "../../../src/runtime/awake-clock.ts";
import { ModelFloor } from "../../../src/scheduling/model-floor.ts";

const idle = (): boolean => false;
const busyWith =
  (...models: string[]) =>
  (model: string): boolean =>
    models.includes(model);

/** One tenant has work for each model that it is asked of. */
const oneTenant = (): number => 1;

/** A server with room for one model; patience 1000 ms, linger 100; loads take 400 ms. */
function setUp(loaded: string | undefined, loadedAt = 0) {
  const memory = {
    loaded,
    loadedAt,
    loading: undefined as string | undefined,
    expected: [] as string[],
    mayBeEvictedSince: undefined as number | undefined,
  };
  const floor = new ModelFloor({
    patienceMs: 1000,
    loadTimes: { of: () => 400, isEmpty: false },
    models: {
      isLoading: (model) => model === memory.loading,
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
    floor.started("a", 0);
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
    ["waited for as long as the patience is", 100, 0, 1099, 1100],
    ["and the other has had half of a load's time", 100, 1300, 1499, 1500],
  ])("promotes a model once it was %s", (_case, enqueuedAt, loadedAt, early, due) => {
    const { floor } = setUp("a", loadedAt);
    const waiting = [{ model: "b", enqueuedAt, tenants: 1 }];
    floor.promote(waiting, early, oneTenant);
    expect(floor.promoted).toBeUndefined();
    floor.promote(waiting, due, oneTenant);
    expect(floor.promoted).toBe("b");
    expect(floor.admits("b", due, busyWith("a"))).toBe(true);
  });

  it("promotes none while the other one is being loaded", () => {
    const { floor, memory } = setUp("a");
    memory.loading = "a";
    floor.promote([{ model: "b", enqueuedAt: 0, tenants: 1 }], 5000, oneTenant);
    expect(floor.promoted).toBeUndefined();
  });

  it("counts the patience of a model from when it had to leave for the other", () => {
    const { floor, memory } = setUp("b");
    floor.started("a", 2000);
    memory.loadedAt = 2200;
    const waiting = [{ model: "b", enqueuedAt: 0, tenants: 1 }];
    floor.promote(waiting, 2999, oneTenant);
    expect(floor.promoted).toBeUndefined();
    floor.promote(waiting, 3000, oneTenant);
    expect(floor.promoted).toBe("b");
  });

  it("lets the models to evict for the promoted one run dry", () => {
    const { floor } = setUp("a");
    floor.promote([{ model: "b", enqueuedAt: 0, tenants: 1 }], 1000, oneTenant);
    expect(floor.admits("a", 1000, busyWith("a"))).toBe(false);
    floor.started("b", 1000);
    expect(floor.promoted).toBeUndefined();
  });

  it("lets no third model slip in before the promoted one", () => {
    const { floor } = setUp("a");
    floor.promote([{ model: "b", enqueuedAt: 0, tenants: 1 }], 1000, oneTenant);
    expect(floor.admits("c", 1000, busyWith("a"))).toBe(false);
  });

  it("promotes the model that has waited longest", () => {
    const { floor } = setUp("a");
    const waiting = [
      { model: "b", enqueuedAt: 30, tenants: 1 },
      { model: "c", enqueuedAt: 10, tenants: 1 },
      { model: "d", enqueuedAt: 20, tenants: 1 },
    ];
    floor.promote(waiting, 1100, oneTenant);
    expect(floor.promoted).toBe("c");
  });

  it("keeps a model promoted while its request waits, and no longer when that has left", () => {
    const { floor } = setUp("a");
    const b = { model: "b", enqueuedAt: 100, tenants: 1 };
    const c = { model: "c", enqueuedAt: 0, tenants: 1 };
    floor.promote([b], 1200, oneTenant);
    floor.promote([c, b], 1300, oneTenant);
    expect(floor.promoted).toBe("b");
    floor.promote([c], 1400, oneTenant);
    expect(floor.promoted).toBe("c");
    floor.promote([], 1400, oneTenant);
    expect(floor.promoted).toBeUndefined();
  });

  it("promotes no model where nothing has to be evicted", () => {
    const { floor } = setUp(undefined);
    floor.promote([{ model: "b", enqueuedAt: 0, tenants: 1 }], 5000, oneTenant);
    expect(floor.promoted).toBeUndefined();
  });

  it("announces the load of a model that is not in memory, and only that", () => {
    const { floor, memory } = setUp("a");
    floor.started("a", 0);
    floor.started("", 0);
    floor.started("b", 0);
    expect(memory.expected).toEqual(["b"]);
  });

  it("has its patience start again after a sleep of the machine", () => {
    const { floor } = setUp("a");
    const waiting = [{ model: "b", enqueuedAt: 100, tenants: 1 }];
    const manyWork = (): number => 50;
    const woke = vi.spyOn(awakeClock, "wokeAt", "get").mockReturnValue(900);
    onTestFinished(() => woke.mockRestore());
    floor.promote(waiting, 1899, manyWork);
    expect(floor.promoted).toBeUndefined();
    floor.promote(waiting, 1900, manyWork);
    expect(floor.promoted).toBe("b");
  });
});
