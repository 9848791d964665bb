import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { STOP_MS, entryOf, refused, setUp, turn, started } from "./response-store-set-up.ts";

beforeEach(() => void vi.useFakeTimers());

afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

describe("stopping", () => {
  it("writes what waits and closes the file", async () => {
    const { store, settle, names, state, written } = await started();
    for (const id of [1, 2, 3, 4]) store.put(entryOf(id));
    const stopping = Promise.all([store.stop(), store.stop()]);
    await turn();
    await settle("write");
    await settle("write");
    await stopping;
    expect([written(), names().at(-1), state.destroyed]).toEqual([[[1, 2, 3], [4]], "close", 1]);
    store.put(entryOf(5));
    expect(store.stats().pending).toBe(0);
  });

  it("does not read to the end first", async () => {
    const { store, settle, names, written } = setUp({ answers: { read: [] } });
    store.start();
    await turn();
    store.put(entryOf(1));
    const stopping = store.stop();
    await settle("read", { ok: true, answers: [], next: { usedAt: 1, id: 1 } });
    await settle("write");
    await stopping;
    expect(names()).toEqual(["open", "read", "write", "close"]);
    expect(written()).toEqual([[1]]);
  });

  it("waits no longer than it may for a thread that does not answer", async () => {
    const { store, state, told } = await started();
    store.put(entryOf(1));
    const stopping = store.stop();
    await vi.advanceTimersByTimeAsync(STOP_MS);
    await stopping;
    expect(state.destroyed).toBe(1);
    expect(told).toEqual(["all is read"]);
  });

  it("before it was started, or after it has failed, is done at once", async () => {
    const unused = setUp();
    unused.store.put(entryOf(1));
    await unused.store.stop();
    expect(unused.calls).toEqual([]);
    const failed = await started({ answers: { open: [refused("full")] } });
    await failed.store.stop();
    expect(failed.names()).toEqual(["open"]);
  });
});
