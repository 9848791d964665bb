import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { entryOf, LOST, refused, turn, started } from "./response-store-set-up.ts";

beforeEach(() => void vi.useFakeTimers());

afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

describe("when it fails", () => {
  it.each(["unavailable", "locked", "full", "read_only", "failed"])(
    "since the file is %s, says so once and asks for nothing more",
    async (fault) => {
      const { store, told, names, state } = await started({ answers: { open: [refused(fault)] } });
      expect(told).toEqual([`failed: ${fault}`, "all is read"]);
      store.put(entryOf(1));
      store.use(entryOf(1));
      store.remove(entryOf(1));
      await vi.advanceTimersByTimeAsync(5000);
      expect([names(), state.destroyed]).toEqual([["open"], 1]);
      expect(store.stats()).toEqual({
        state: "failed",
        reason: fault,
        reading: false,
        restored: 0,
        pending: 0,
        lost: 0,
      });
    },
  );

  it("in the midst of it, lets go of what waits", async () => {
    const { store, settle, told } = await started();
    for (const id of [1, 2, 3, 4]) store.put(entryOf(id));
    await turn();
    await settle("write", refused("full"));
    expect(store.stats()).toMatchObject({ state: "failed", reason: "full", pending: 0 });
    expect(told).toEqual(["all is read", "failed: full"]);
  });

  it("for damage begins a new file, once", async () => {
    const { store, settle, calls, written, told } = await started({
      answers: {
        open: [
          { ok: true, setAside: undefined },
          { ok: true, setAside: { name: "damaged one", reason: "damaged" } },
        ],
      },
    });
    for (const id of [1, 2, 3]) store.put(entryOf(id));
    await turn();
    await settle("write", refused("damaged"));
    expect(calls.filter(({ name }) => name === "open")[1]?.input).toMatchObject({
      isDamaged: true,
    });
    expect(written()).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
    await settle("write", refused("damaged"));
    expect(store.stats()).toMatchObject({ state: "failed", reason: "damaged" });
    expect(told).toEqual(["all is read", "set aside: damaged one", "failed: damaged"]);
  });

  it("with its thread, starts another one and does again what it was at", async () => {
    const { store, latest, settle, names, written } = await started();
    for (const id of [1, 2, 3]) store.put(entryOf(id));
    await turn();
    latest("write").answer.reject(LOST);
    await turn();
    expect(names()).toEqual(["open", "read", "write", "open", "write"]);
    await settle("write");
    expect(written()).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
    expect(store.stats()).toMatchObject({ state: "on" });
  });

  it("with a thread that has ended at rest, starts another one", async () => {
    const { store, settle, names } = await started();
    for (const id of [1, 2, 3]) store.put(entryOf(id));
    await turn();
    await settle("write", { ok: false, fault: "not_open", code: undefined });
    expect(names()).toEqual(["open", "read", "write", "open", "write"]);
    await settle("write");
    expect(store.stats()).toMatchObject({ state: "on" });
  });

  it("with each new thread gives up after three", async () => {
    const { store, latest, names } = await started();
    for (const id of [1, 2, 3]) store.put(entryOf(id));
    await turn();
    for (let i = 0; i < 4; i += 1) {
      latest("write").answer.reject(LOST);
      await turn();
    }
    expect(names().filter((name) => name === "open")).toHaveLength(4);
    expect(store.stats()).toMatchObject({ state: "failed", reason: "thread" });
  });
});
