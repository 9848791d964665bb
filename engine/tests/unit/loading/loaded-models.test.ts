import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { deferred } from "../../../../src/runtime/deferred.ts";
import { onBun } from "../../../../src/runtime/on-bun.ts";
import { collectGarbage } from "../../../loading/collect-garbage.ts";
import { LoadedModels, type LoadRequest } from "../../../loading/loaded-models.ts";
import { MemoryError } from "../../../runner/memory.ts";

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

const request = (name: string, more: Partial<LoadRequest> = {}): LoadRequest => ({
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
  const models = new LoadedModels<FakeRunner, LoadRequest>({
    maxLoaded,
    maxQueue,
    keepAliveMs,
    onEmpty: () => {
      timesEmpty += 1;
    },
    async load({ name, contextLength }) {
      const others = models.list().filter((model) => model.name !== name);
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
  const names = () => models.list().map(({ name }) => name);
  return { models, loads, names, mostAtOnce: () => most, timesEmpty: () => timesEmpty };
}

describe("LoadedModels", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("loads once for requests that come together, and unloads after the keep-alive", async () => {
    const { models, loads, names } = setUp();
    const [one, two] = await Promise.all([
      models.acquire(request("m"), never),
      models.acquire(request("m"), never),
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
    const { models, timesEmpty } = setUp({ maxLoaded: 1 });
    const one = await models.acquire(request("one", { keepAliveMs: 0 }), never);
    const freeing = deferred<void>();
    one.runner.dispose = () => freeing.promise;
    one.release();
    const two = models.acquire(request("two"), never);
    await vi.advanceTimersByTimeAsync(1);
    expect(models.list().map(({ name }) => name)).toEqual(["two"]);
    freeing.resolve();
    (await two).release();
    expect(timesEmpty()).toBe(0);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(timesEmpty()).toBe(1);
  });

  it("loads one at a time, in the order asked for", async () => {
    const { models, loads, mostAtOnce } = setUp({ maxLoaded: 3 });
    const asked = ["a", "b", "c"].map((name) => models.acquire(request(name), never));
    await Promise.all(asked);
    expect(loads).toEqual(["a 64", "b 64", "c 64"]);
    expect(mostAtOnce()).toBe(1);
  });

  it("evicts the idle model with the shortest keep-alive", async () => {
    const { models, names } = setUp();
    (await models.acquire(request("short", { keepAliveMs: 500 }), never)).release();
    (await models.acquire(request("long", { keepAliveMs: 90_000 }), never)).release();
    await models.acquire(request("new"), never);
    expect(names().toSorted()).toEqual(["long", "new"]);
  });

  it("waits while all are busy, and takes the first that is free", async () => {
    const { models, names } = setUp({ maxLoaded: 1 });
    const busy = await models.acquire(request("busy"), never);
    let got = false;
    const waiting = models.acquire(request("new"), never).then(() => {
      got = true;
    });
    await vi.advanceTimersByTimeAsync(10);
    expect(got).toBe(false);
    busy.release();
    await waiting;
    expect(names()).toEqual(["new"]);
  });

  it("reloads for another context length once the running requests have ended", async () => {
    const { models, loads } = setUp();
    const first = await models.acquire(request("m"), never);
    const other = models.acquire(request("m", { contextLength: 128 }), never);
    await vi.advanceTimersByTimeAsync(1);
    expect(loads).toEqual(["m 64"]);
    first.release();
    await other;
    expect(loads).toEqual(["m 64", "m 128"]);
    expect(first.runner.disposed).toBe(true);
  });

  it("forgets a client that leaves while waiting", async () => {
    const { models, names } = setUp({ maxLoaded: 1 });
    const busy = await models.acquire(request("busy"), never);
    const client = new AbortController();
    const waiting = models.acquire(request("new"), client.signal);
    client.abort();
    await expect(waiting).rejects.toThrow("aborted");
    busy.release();
    await vi.advanceTimersByTimeAsync(1);
    const next = await models.acquire(request("next"), never);
    expect(names()).toEqual(["next"]);
    next.release();
  });

  it("unloads at once with keep-alive 0, and for ever keeps", async () => {
    const { models, names } = setUp();
    (await models.acquire(request("m", { keepAliveMs: 0 }), never)).release();
    await vi.advanceTimersByTimeAsync(0);
    expect(names()).toEqual([]);
    const forever = { keepAliveMs: Number.POSITIVE_INFINITY };
    (await models.acquire(request("m", forever), never)).release();
    await vi.advanceTimersByTimeAsync(10 ** 10);
    expect(names()).toEqual(["m"]);
    models.expire("m");
    expect(names()).toEqual([]);
  });

  it("tells every waiter that a load has failed, and tries again next time", async () => {
    const { models, loads, names } = setUp();
    const both = [1, 2].map(() => models.acquire(request("broken"), never));
    for (const one of both) await expect(one).rejects.toThrow("no such file");
    expect(names()).toEqual([]);
    await expect(models.acquire(request("broken"), never)).rejects.toThrow();
    expect(loads.length).toBeGreaterThan(1);
  });

  it("refuses a request that needs a load when as many wait as may", async () => {
    const { models } = setUp({ maxLoaded: 1, maxQueue: 1 });
    const placed = models.acquire(request("a"), never);
    const waiting = models.acquire(request("b"), never);
    await expect(models.acquire(request("c"), never)).rejects.toMatchObject({
      status: 503,
      message: "server busy, please try again.  maximum pending requests exceeded",
    });
    (await placed).release();
    (await waiting).release();
    (await models.acquire(request("c"), never)).release();
  });

  it("lets a request for a loaded model pass however many wait", async () => {
    const { models } = setUp({ maxLoaded: 1, maxQueue: 0 });
    const held = await models.acquire(request("a"), never);
    const waiting = models.acquire(request("a", { contextLength: 32 }), never);
    await expect(models.acquire(request("b"), never)).rejects.toMatchObject({ status: 503 });
    held.release();
    (await waiting).release();
  });

  it("unloads others when memory is short, and says so when nothing is left to unload", async () => {
    const { models, names } = setUp({ maxLoaded: 3, room: 1 });
    (await models.acquire(request("a"), never)).release();
    (await models.acquire(request("b"), never)).release();
    expect(names()).toEqual(["b"]);
    const none = setUp({ room: 0 });
    await expect(none.models.acquire(request("a"), never)).rejects.toThrow("no room");
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
