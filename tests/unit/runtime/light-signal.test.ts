import { describe, expect, it } from "vitest";
import { LightSignal, nativeSignal } from "../../../src/runtime/light-signal.ts";

const GONE = new Error("gone");

/** A signal, and the names of the listeners that it has told. */
function setUp() {
  const signal = new LightSignal();
  const told: string[] = [];
  const listen = (name: string, also: () => void = () => {}) => {
    const listener = (): void => {
      told.push(name);
      also();
    };
    signal.addEventListener("abort", listener);
    return () => signal.removeEventListener("abort", listener);
  };
  return { signal, told, listen };
}

describe("LightSignal", () => {
  it("aborts once, with the first reason, and tells each listener once", () => {
    const { signal, told, listen } = setUp();
    listen("a");
    listen("b");
    expect([signal.aborted, signal.reason]).toEqual([false, undefined]);
    expect(() => signal.throwIfAborted()).not.toThrow();
    signal.abort(GONE);
    signal.abort(new Error("later"));
    expect([signal.aborted, signal.reason]).toEqual([true, GONE]);
    expect(() => signal.throwIfAborted()).toThrow(GONE);
    expect(told).toEqual(["a", "b"]);
  });

  it("has aborted already when it tells, and tells nobody who comes then", () => {
    const { signal, told, listen } = setUp();
    listen("a", () => {
      expect(signal.aborted).toBe(true);
      listen("too late");
    });
    signal.abort(GONE);
    listen("later still");
    expect(told).toEqual(["a"]);
  });

  it("tells nobody who has left, even while it tells", () => {
    const { signal, told, listen } = setUp();
    const leave: (() => void)[] = [];
    const leaveAll = (): void => leave.forEach((one) => one());
    for (const name of ["a", "b", "c"]) leave.push(listen(name, leaveAll));
    listen("d");
    signal.abort(GONE);
    // As an AbortSignal: who was taken out before its turn is not told, and nobody is skipped.
    expect(told).toEqual(["a", "d"]);
    expect(leaveAll).not.toThrow();
  });

  it("keeps the others when one leaves, and one that was never there", () => {
    const { signal, told, listen } = setUp();
    listen("a");
    const leave = listen("b");
    listen("c");
    leave();
    leave();
    const stranger = (): void => {};
    signal.removeEventListener("abort", stranger);
    signal.abort(GONE);
    expect(told).toEqual(["a", "c"]);
  });

  it("may be aborted again by a listener", () => {
    const { signal, told, listen } = setUp();
    listen("a", () => signal.abort(new Error("again")));
    listen("b");
    signal.abort(GONE);
    expect([told, signal.reason]).toEqual([["a", "b"], GONE]);
  });
});

describe("a signal that follows another", () => {
  it.each([
    ["of its kind", () => new LightSignal()],
    [
      "of the runtime's",
      () => {
        const controller = new AbortController();
        const abort = (reason: Error): void => controller.abort(reason);
        return Object.assign(controller.signal, { abort });
      },
    ],
  ])("aborts with it and its reason: one %s", (_kind, make) => {
    const leader = make();
    const signal = new LightSignal();
    signal.follow(leader);
    leader.abort(GONE);
    expect([signal.aborted, signal.reason]).toEqual([true, GONE]);
    const late = new LightSignal();
    late.follow(leader)();
    expect(late.reason, "one that had aborted before").toBe(GONE);
  });

  it("does not after its undo, nor the other way round", () => {
    const leader = new LightSignal();
    const [one, two] = [new LightSignal(), new LightSignal()];
    const undo = one.follow(leader);
    two.follow(leader);
    undo();
    undo();
    two.abort(new Error("own"));
    expect(leader.aborted).toBe(false);
    leader.abort(GONE);
    expect([one.aborted, (two.reason as Error).message]).toEqual([false, "own"]);
  });

  it("can follow several: the first that aborts counts", () => {
    const [first, second] = [new LightSignal(), new LightSignal()];
    const signal = new LightSignal();
    signal.follow(first);
    signal.follow(second);
    second.abort(GONE);
    first.abort(new Error("later"));
    expect(signal.reason).toBe(GONE);
  });
});

describe("the runtime's own form of a signal", () => {
  it("is one, and aborts with it, after those who listen", () => {
    const { signal, told, listen } = setUp();
    const { native } = signal;
    expect(native).toBeInstanceOf(AbortSignal);
    expect(signal.native).toBe(native);
    listen("a", () => expect(native.aborted).toBe(false));
    native.addEventListener("abort", () => told.push("native"));
    signal.abort(GONE);
    expect([native.aborted, native.reason, told]).toEqual([true, GONE, ["a", "native"]]);
  });

  it("has aborted where it is asked for late, even from a listener", () => {
    const { signal, listen } = setUp();
    let seen: AbortSignal | undefined;
    listen("a", () => {
      seen = signal.native;
    });
    signal.abort(GONE);
    for (const native of [seen, signal.native]) {
      expect([native?.aborted, native?.reason]).toEqual([true, GONE]);
    }
  });

  it("is itself where it is the runtime's already", () => {
    const { signal } = new AbortController();
    expect(nativeSignal(signal)).toBe(signal);
    const light = new LightSignal();
    expect(nativeSignal(light)).toBe(light.native);
  });
});
