import { describe, expect, it } from "vitest";
import { nextToUnload, type MemoryModel } from "../../../../src/models/memory/unload-choice.ts";

const model = (name: string, more: Partial<MemoryModel> = {}): MemoryModel => ({
  name,
  bytes: 10,
  mainBytes: 10,
  running: 0,
  idleMs: 0,
  isPinned: false,
  isKept: false,
  isOwn: false,
  isSeen: true,
  ...more,
});

const rules = { idleMs: 300, pressure: 0.85 };
const calm = { limitBytes: 100, mainLimitBytes: 100, usedShare: 0.5, mostLoaded: undefined };
const tight = { ...calm, usedShare: 0.9 };
const full = { ...calm, limitBytes: 15 };

const chosen = (...asked: Parameters<typeof nextToUnload>) => {
  const next = nextToUnload(...asked);
  return next && [next.model.name, next.reason];
};

describe("nextToUnload", () => {
  it("is none while nothing has been idle for long enough", () => {
    expect(chosen([model("a", { idleMs: 300 })], calm, rules)).toBeUndefined();
    expect(chosen([], full, rules)).toBeUndefined();
  });

  it("is the one that has been idle for longest", () => {
    const models = [model("a", { idleMs: 400 }), model("b", { idleMs: 500 })];
    expect(chosen(models, calm, rules)).toEqual(["b", "idle"]);
  });

  it("may go after half the time where memory is tight", () => {
    expect(chosen([model("a", { idleMs: 200 })], tight, rules)).toEqual(["a", "pressure"]);
    expect(chosen([model("a", { idleMs: 150 })], tight, rules)).toBeUndefined();
  });

  it("is kept for whoever has asked for that, save above the limit", () => {
    const models = [model("a", { idleMs: 900, isKept: true }), model("b", { idleMs: 100 })];
    expect(chosen(models, calm, rules)).toBeUndefined();
    expect(chosen(models, tight, rules)).toBeUndefined();
    expect(chosen(models, full, rules)).toEqual(["a", "limit"]);
  });

  it("is one that has just been used, above the limit, and the longest idle first", () => {
    const models = [model("a", { idleMs: 1 }), model("b", { idleMs: 2 })];
    expect(chosen(models, full, rules)).toEqual(["b", "limit"]);
  });

  it("is the service's own model first where there is need", () => {
    const own = model("own", { idleMs: 200, isOwn: true });
    const models = [model("a", { idleMs: 250 }), own];
    expect(chosen(models, tight, rules)).toEqual(["own", "pressure"]);
    expect(chosen(models, full, rules)).toEqual(["own", "limit"]);
  });

  it("is one more than may be in memory, however short it has been idle", () => {
    const models = ["a", "b", "c"].map((name, i) => model(name, { idleMs: i }));
    expect(chosen(models, { ...calm, mostLoaded: 2 }, rules)).toEqual(["c", "count"]);
    expect(chosen(models, { ...calm, mostLoaded: 3 }, rules)).toBeUndefined();
  });

  it("is one that takes of the memory whose limit is passed", () => {
    const onCard = model("card", { idleMs: 9, mainBytes: 0 });
    const models = [onCard, model("a", { idleMs: 1 }), model("b")];
    expect(chosen(models, { ...calm, mainLimitBytes: 15 }, rules)).toEqual(["a", "limit"]);
    expect(chosen([onCard], { ...calm, mainLimitBytes: -1 }, rules)).toBeUndefined();
  });

  it.each([
    ["runs", { running: 1 }],
    ["is pinned", { isPinned: true }],
    ["others use", { isSeen: false }],
  ])("is never one that %s", (_why, more) => {
    const models = [model("a", { idleMs: 9999, ...more })];
    for (const state of [calm, tight, { ...full, limitBytes: 1 }]) {
      expect(chosen(models, state, rules)).toBeUndefined();
    }
  });

  it("is none where models are to stay for ever", () => {
    const never = { idleMs: Number.POSITIVE_INFINITY, pressure: 0.85 };
    expect(chosen([model("a", { idleMs: 9e9 })], tight, never)).toBeUndefined();
  });
});
