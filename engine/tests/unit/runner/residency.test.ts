import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { collectGarbage } from "../../../runner/collect-garbage.ts";
import { MemoryError } from "../../../runner/memory.ts";
import { Residency, type Wanted } from "../../../runner/residency.ts";
import { deferred } from "../../../../src/runtime/deferred.ts";
import { onBun } from "../../../../src/runtime/on-bun.ts";

const never = new AbortController().signal;

class FakeRunner {
  readonly name: string;
  disposed = false;

  constructor(name: string) {
    this.name = name;
  }

  async dispose(): Promise<void> {
    this.disposed = true;
  }
}

const wanted = (name: string, more: Partial<Wanted> = {}): Wanted => ({
  name,
  weightsDigest: name,
  contextLength: 64,
  keepAliveMs: undefined,
  ...more,
});

function setUp({ maxLoaded = 2, maxQueue = 512, keepAliveMs = 1_000, room = 9 } = {}) {
  const loads: string[] = [];
  let timesEmpty = 0;
  let running = 0;
  let most = 0;
  const residency = new Residency<FakeRunner, Wanted>({
    maxLoaded,
    maxQueue,
    keepAliveMs,
    onEmpty: () => {
      timesEmpty += 1;
    },
    async load({ name, contextLength }) {
      const others = residency.list().filter((resident) => resident.name !== name);
      if (others.length >= room) throw new MemoryError(500, "no room");
      running += 1;
      most = Math.max(most, running);
      loads.push(`${name} ${contextLength}`);
      await Promise.resolve();
      running -= 1;
      if (name === "broken") throw new Error("no such file");
      return new FakeRunner(name);
    },
  });
  const names = () => residency.list().map(({ name }) => name);
  return { residency, loads, names, mostAtOnce: () => most, timesEmpty: () => timesEmpty };
}

describe("Residency", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("loads once for requests that come together, and unloads after the keep-alive", async () => {
    const { residency, loads, names } = setUp();
    const [one, two] = await Promise.all([
      residency.acquire(wanted("m"), never),
      residency.acquire(wanted("m"), never),
    ]);
    expect(loads).toEqual(["m 64"]);
    expect(one.runner).toBe(two.runner);
    one.release();
    one.release();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(names()).toEqual(["m"]);
    two.release();
    await vi.advanceTimersByTimeAsync(999);
    expect(names()).toEqual(["m"]);
    await vi.advanceTimersByTimeAsync(1);
    expect(names()).toEqual([]);
    expect(one.runner.disposed).toBe(true);
  });

  it("says when the last model is out of memory, not while another is there or comes", async () => {
    const { residency, timesEmpty } = setUp({ maxLoaded: 1 });
    const one = await residency.acquire(wanted("one", { keepAliveMs: 0 }), never);
    const freeing = deferred<void>();
    one.runner.dispose = () => freeing.promise;
    one.release();
    const two = residency.acquire(wanted("two"), never);
    await vi.advanceTimersByTimeAsync(1);
    expect(residency.list().map(({ name }) => name)).toEqual(["two"]);
    freeing.resolve();
    (await two).release();
    expect(timesEmpty()).toBe(0);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(timesEmpty()).toBe(1);
  });

  it("loads one at a time, in the order asked for", async () => {
    const { residency, loads, mostAtOnce } = setUp({ maxLoaded: 3 });
    const asked = ["a", "b", "c"].map((name) => residency.acquire(wanted(name), never));
    await Promise.all(asked);
    expect(loads).toEqual(["a 64", "b 64", "c 64"]);
    expect(mostAtOnce()).toBe(1);
  });

  it("evicts the idle model with the shortest keep-alive", async () => {
    const { residency, names } = setUp();
    (await residency.acquire(wanted("short", { keepAliveMs: 500 }), never)).release();
    (await residency.acquire(wanted("long", { keepAliveMs: 90_000 }), never)).release();
    await residency.acquire(wanted("new"), never);
    expect(names().toSorted()).toEqual(["long", "new"]);
  });

  it("waits while all are busy, and takes the first that is free", async () => {
    const { residency, names } = setUp({ maxLoaded: 1 });
    const busy = await residency.acquire(wanted("busy"), never);
    let got = false;
    const waiting = residency.acquire(wanted("new"), never).then(() => {
      got = true;
    });
    await vi.advanceTimersByTimeAsync(10);
    expect(got).toBe(false);
    busy.release();
    await waiting;
    expect(names()).toEqual(["new"]);
  });

  it("reloads for another context length once the running requests have ended", async () => {
    const { residency, loads } = setUp();
    const first = await residency.acquire(wanted("m"), never);
    const other = residency.acquire(wanted("m", { contextLength: 128 }), never);
    await vi.advanceTimersByTimeAsync(1);
    expect(loads).toEqual(["m 64"]);
    first.release();
    await other;
    expect(loads).toEqual(["m 64", "m 128"]);
    expect(first.runner.disposed).toBe(true);
  });

  it("forgets a client that leaves while waiting", async () => {
    const { residency, names } = setUp({ maxLoaded: 1 });
    const busy = await residency.acquire(wanted("busy"), never);
    const client = new AbortController();
    const waiting = residency.acquire(wanted("new"), client.signal);
    client.abort();
    await expect(waiting).rejects.toThrow("aborted");
    busy.release();
    await vi.advanceTimersByTimeAsync(1);
    const next = await residency.acquire(wanted("next"), never);
    expect(names()).toEqual(["next"]);
    next.release();
  });

  it("unloads at once with keep-alive 0, and for ever keeps", async () => {
    const { residency, names } = setUp();
    (await residency.acquire(wanted("m", { keepAliveMs: 0 }), never)).release();
    await vi.advanceTimersByTimeAsync(0);
    expect(names()).toEqual([]);
    const forever = { keepAliveMs: Number.POSITIVE_INFINITY };
    (await residency.acquire(wanted("m", forever), never)).release();
    await vi.advanceTimersByTimeAsync(10 ** 10);
    expect(names()).toEqual(["m"]);
    residency.expire("m");
    expect(names()).toEqual([]);
  });

  it("tells every waiter that a load has failed, and tries again next time", async () => {
    const { residency, loads, names } = setUp();
    const both = [1, 2].map(() => residency.acquire(wanted("broken"), never));
    for (const one of both) await expect(one).rejects.toThrow("no such file");
    expect(names()).toEqual([]);
    await expect(residency.acquire(wanted("broken"), never)).rejects.toThrow();
    expect(loads.length).toBeGreaterThan(1);
  });

  it("refuses a request that needs a load when as many wait as may", async () => {
    const { residency } = setUp({ maxLoaded: 1, maxQueue: 1 });
    const placed = residency.acquire(wanted("a"), never);
    const waiting = residency.acquire(wanted("b"), never);
    await expect(residency.acquire(wanted("c"), never)).rejects.toMatchObject({
      status: 503,
      message: "server busy, please try again.  maximum pending requests exceeded",
    });
    (await placed).release();
    (await waiting).release();
    (await residency.acquire(wanted("c"), never)).release();
  });

  it("lets a request for a loaded model pass however many wait", async () => {
    const { residency } = setUp({ maxLoaded: 1, maxQueue: 0 });
    const held = await residency.acquire(wanted("a"), never);
    const waiting = residency.acquire(wanted("a", { contextLength: 32 }), never);
    await expect(residency.acquire(wanted("b"), never)).rejects.toMatchObject({ status: 503 });
    held.release();
    (await waiting).release();
  });

  it("unloads others when memory is short, and says so when nothing is left to unload", async () => {
    const { residency, names } = setUp({ maxLoaded: 3, room: 1 });
    (await residency.acquire(wanted("a"), never)).release();
    (await residency.acquire(wanted("b"), never)).release();
    expect(names()).toEqual(["b"]);
    const none = setUp({ room: 0 });
    await expect(none.residency.acquire(wanted("a"), never)).rejects.toThrow("no room");
    expect(none.names()).toEqual([]);
  });
});

/** V8 needs no telling. */
const onlyOnBun = onBun ? it : () => {};

onlyOnBun("what a model leaves behind is freed when told to", async () => {
  const count = 1_000;
  const made = Array.from({ length: count }, (_, index) => new WeakRef({ index }));
  // What a task has made or looked at stays until it ends.
  await new Promise(setImmediate);
  collectGarbage();
  const left = made.filter((ref) => ref.deref() !== undefined);
  expect(left.length).toBeLessThan(count / 10);
});
