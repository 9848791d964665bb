import type { Signal } from "../../../src/runtime/light-signal.ts";
import { getEventListeners } from "node:events";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ImageCache } from "../../../src/images/image-cache.ts";

const HOUR = 3_600_000;

/** A cache, and a maker whose works the test brings to their end. */
function setUp({ maxSize = 100, maxBytes = 1000, ttlMs = HOUR } = {}) {
  const bytesOf = (result: string): number => result.length;
  const cache = new ImageCache<string>({ maxSize, maxBytes, ttlMs, bytesOf });
  const works: {
    signal: Signal;
    finish: (value: string) => void;
    fail: (err: Error) => void;
  }[] = [];
  const make = (signal: Signal): Promise<string> =>
    new Promise((finish, fail) => {
      works.push({ signal, finish, fail });
      signal.addEventListener("abort", () => fail(new Error("called off")));
    });
  const work = (index: number) => {
    const found = works[index];
    if (!found) throw new Error(`only ${works.length} works were begun`);
    return found;
  };
  const keep = async (key: string): Promise<void> => {
    const got = cache.get(key, new AbortController().signal, make);
    work(works.length - 1).finish(`made ${works.length}`);
    await got;
  };
  return { cache, works, work, make, keep };
}

const { signal: never } = new AbortController();

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  expect(getEventListeners(never, "abort")).toHaveLength(0);
  vi.useRealTimers();
});

describe("ImageCache", () => {
  it("makes a result once and keeps it", async () => {
    const { cache, works, work, make } = setUp();
    const first = cache.get("a", never, make);
    work(0).finish("made");
    expect(await first).toEqual({ value: "made", cached: false });
    expect(await cache.get("a", never, make)).toEqual({ value: "made", cached: true });
    expect(works).toHaveLength(1);
  });

  it("lets the oldest go when together they take too much memory", async () => {
    const { cache, keep, make } = setUp({ maxBytes: 24 });
    // Six each: there is room for four.
    for (const key of ["a", "b", "c", "d", "e"]) await keep(key);
    expect(cache.stats().size).toBe(4);
    const again = await cache.get("e", never, make);
    expect(again).toEqual({ value: "made 5", cached: true });
  });

  it("does not keep what is larger than it may hold in all", async () => {
    const { cache, keep } = setUp({ maxBytes: 5 });
    await keep("a");
    expect(cache.stats().size).toBe(0);
  });

  it("makes results of different keys apart", async () => {
    const { cache, work, make } = setUp();
    const both = [cache.get("a", never, make), cache.get("b", never, make)];
    work(1).finish("of b");
    work(0).finish("of a");
    expect((await Promise.all(both)).map(({ value }) => value)).toEqual(["of a", "of b"]);
  });

  it("makes once what many ask for at the same time", async () => {
    const { cache, works, work, make } = setUp();
    const all = [1, 2, 3].map(() => cache.get("a", never, make));
    expect(works).toHaveLength(1);
    work(0).finish("made");
    expect((await Promise.all(all)).map(({ cached }) => cached)).toEqual([false, true, true]);
  });

  it("keeps a result for its time and not longer", async () => {
    const { cache, works, keep, make } = setUp();
    await keep("a");
    await vi.advanceTimersByTimeAsync(HOUR - 1);
    expect(await cache.get("a", never, make)).toMatchObject({ cached: true });
    await vi.advanceTimersByTimeAsync(1);
    await keep("a");
    expect(works).toHaveLength(2);
    expect(cache.stats()).toMatchObject({ hits: 1, misses: 2, size: 1 });
  });

  it("lets the results go that were not asked for the longest", async () => {
    const { cache, works, keep, make } = setUp({ maxSize: 2 });
    for (const key of ["a", "b", "c", "d", "e"]) await keep(key);
    expect(cache.stats()).toMatchObject({ size: 2, max_size: 2 });
    expect(await cache.get("e", never, make)).toMatchObject({ cached: true });
    await keep("a");
    expect(works).toHaveLength(6);
  });

  it("gives no result to one who has left, and begins nothing for it", async () => {
    const { cache, works, make } = setUp();
    const reason = new Error("left");
    await expect(cache.get("a", AbortSignal.abort(reason), make)).rejects.toBe(reason);
    expect(works).toHaveLength(0);
    expect(cache.stats()).toMatchObject({ hits: 0, misses: 0 });
  });
});

describe("a work that several wait for", () => {
  it("goes on when one of them leaves", async () => {
    const { cache, work, make } = setUp();
    const left = new AbortController();
    const first = cache.get("a", left.signal, make);
    const second = cache.get("a", never, make);
    const reason = new Error("left");
    left.abort(reason);
    await expect(first).rejects.toBe(reason);
    expect(work(0).signal.aborted).toBe(false);
    work(0).finish("made");
    expect(await second).toEqual({ value: "made", cached: true });
    expect(await cache.get("a", never, make)).toMatchObject({ cached: true });
  });

  it("is called off when the last one leaves; who comes then begins anew", async () => {
    const { cache, works, work, make } = setUp();
    const [one, other] = [new AbortController(), new AbortController()];
    const both = Promise.allSettled([
      cache.get("a", one.signal, make),
      cache.get("a", other.signal, make),
    ]);
    one.abort(new Error("one left"));
    other.abort(new Error("the other left"));
    expect(work(0).signal.aborted).toBe(true);
    // In the same turn, before the work knows that it is over.
    const third = cache.get("a", never, make);
    expect(await both).toMatchObject([
      { reason: { message: "one left" } },
      { reason: { message: "the other left" } },
    ]);
    expect(works).toHaveLength(2);
    expect(work(1).signal.aborted).toBe(false);
    const fourth = cache.get("a", never, make);
    work(1).finish("made");
    expect(await third).toEqual({ value: "made", cached: false });
    expect(await fourth).toEqual({ value: "made", cached: true });
  });

  it("is kept when it comes to its end although all have left", async () => {
    const { cache, works } = setUp();
    const left = new AbortController();
    let finish = (_value: string): void => {};
    const stubborn = (): Promise<string> => new Promise((resolve) => void (finish = resolve));
    const first = cache.get("a", left.signal, stubborn);
    left.abort(new Error("left"));
    await expect(first).rejects.toThrow("left");
    finish("made");
    await vi.advanceTimersByTimeAsync(0);
    expect(await cache.get("a", never, stubborn)).toEqual({ value: "made", cached: true });
    expect(works).toHaveLength(0);
  });

  it("fails for all of them, and is not kept", async () => {
    const { cache, works, work, make } = setUp();
    const err = new Error("a mistake");
    const both = Promise.allSettled([cache.get("a", never, make), cache.get("a", never, make)]);
    work(0).fail(err);
    expect(await both).toEqual([
      { status: "rejected", reason: err },
      { status: "rejected", reason: err },
    ]);
    const third = cache.get("a", never, make);
    work(1).finish("made");
    expect(await third).toEqual({ value: "made", cached: false });
    expect(works).toHaveLength(2);
    expect(cache.stats().size).toBe(1);
  });

  it("is left alone by one who leaves after it has come to its end", async () => {
    const { cache, work, make } = setUp();
    const left = new AbortController();
    const first = cache.get("a", left.signal, make);
    work(0).finish("made");
    await first;
    expect(getEventListeners(left.signal, "abort")).toHaveLength(0);
    left.abort();
    expect(work(0).signal.aborted).toBe(false);
  });
});

describe("stats", () => {
  it("count who had to wait for a making of its own, and who had not", async () => {
    const { cache, work, make, keep } = setUp();
    expect(cache.stats()).toEqual({ size: 0, max_size: 100, hits: 0, misses: 0, hit_rate: 0 });
    await keep("a");
    await cache.get("a", never, make);
    const both = [cache.get("b", never, make), cache.get("b", never, make)];
    work(1).finish("made");
    await Promise.all(both);
    await cache.get("b", never, make);
    expect(cache.stats()).toEqual({ size: 2, max_size: 100, hits: 3, misses: 2, hit_rate: 0.6 });
    const failing = cache.get("c", never, make);
    work(2).fail(new Error("a mistake"));
    await expect(failing).rejects.toThrow("a mistake");
    expect(cache.stats()).toMatchObject({ size: 2, hits: 3, misses: 3, hit_rate: 0.5 });
    await cache.get("a", never, make);
    expect(cache.stats().hit_rate).toBe(0.571);
  });
});
