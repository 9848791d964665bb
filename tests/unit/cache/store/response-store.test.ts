import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  TTL_MS,
  NOW,
  entryOf,
  readAnswer,
  refused,
  setUp,
  turn,
  failureOf,
  started,
} from "./response-store-set-up.ts";

beforeEach(() => void vi.useFakeTimers());

afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

describe("at start", () => {
  it("reads page by page what is stored, from the place where the last one ended", async () => {
    const next = { usedAt: 5, id: 2 };
    const { store, names, calls, read, told } = await started({
      answers: {
        read: [
          { ok: true, answers: [readAnswer(1), readAnswer(2)], next },
          { ok: true, answers: [readAnswer(3)], next: undefined },
        ],
      },
      notKept: [],
    });
    expect(names()).toEqual(["open", "read", "read"]);
    expect(calls.map(({ input }) => input)).toEqual([
      { file: "/data/cache.db", isDamaged: false, expiredAt: NOW - TTL_MS },
      { after: undefined },
      { after: next },
    ]);
    expect(read.map(({ saved }) => saved.id)).toEqual([1, 2, 3]);
    expect(told).toEqual(["all is read"]);
    expect(store.stats()).toEqual({
      state: "on",
      reading: false,
      restored: 3,
      pending: 0,
      lost: 0,
    });
  });

  it("removes what the cache does not take back, and what cannot be read", async () => {
    const broken = { ...readAnswer(9), json: "{" };
    const { store, latest, settle } = await started({
      answers: { read: [{ ok: true, answers: [readAnswer(1), broken], next: undefined }] },
      notKept: [1],
    });
    expect(store.stats()).toMatchObject({ restored: 0, pending: 2 });
    await vi.advanceTimersByTimeAsync(1000);
    expect(latest("write").input).toMatchObject({ removed: [9, 1], answers: [] });
    await settle("write");
  });

  it("writes nothing before all is read", async () => {
    const { store, names, settle, written } = setUp({ answers: { read: [] } });
    store.start();
    await turn();
    for (const id of [1, 2, 3]) store.put(entryOf(id));
    await vi.advanceTimersByTimeAsync(5000);
    expect(names()).toEqual(["open", "read"]);
    expect(store.stats()).toMatchObject({ reading: true, pending: 3 });
    await settle("read", { ok: true, answers: [], next: undefined });
    expect(written()).toEqual([[1, 2, 3]]);
    await settle("write");
  });

  it("brings nothing back that is dropped meanwhile", async () => {
    const { store, settle, names, read } = setUp({ answers: { read: [], drop: [] } });
    store.start();
    await turn();
    const dropping = store.drop({ tenant: "acme" });
    const next = { usedAt: 5, id: 2 };
    await settle("read", { ok: true, answers: [readAnswer(1), readAnswer(2, "other")], next });
    expect(names()).toEqual(["open", "read", "drop"]);
    await settle("drop");
    await dropping;
    // It may have been read before it was dropped.
    await settle("read", { ok: true, answers: [readAnswer(3)], next: undefined });
    expect(read.map(({ saved }) => saved.id)).toEqual([2]);
  });

  it("tells of a file that was given another name", async () => {
    const { told } = await started({
      answers: { open: [{ ok: true, setAside: { name: "old", reason: "newer" } }] },
    });
    expect(told).toEqual(["set aside: old", "all is read"]);
  });
});

describe("a change", () => {
  it("waits a second for others", async () => {
    const { store, names, settle, written } = await started();
    store.put(entryOf(1));
    await vi.advanceTimersByTimeAsync(900);
    store.put(entryOf(2));
    expect(names()).not.toContain("write");
    await vi.advanceTimersByTimeAsync(100);
    expect(written()).toEqual([[1, 2]]);
    expect(store.stats().pending).toBe(2);
    await settle("write");
    expect(store.stats().pending).toBe(0);
  });

  it("goes at once when there is enough for a batch, one batch after the other", async () => {
    const { store, settle, written } = await started();
    for (const id of [1, 2, 3, 4, 5, 6, 7]) store.put(entryOf(id));
    await turn();
    expect(written()).toEqual([[1, 2, 3]]);
    await settle("write");
    expect(written()).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    await settle("write");
    await vi.advanceTimersByTimeAsync(1000);
    expect(written()).toEqual([[1, 2, 3], [4, 5, 6], [7]]);
    await settle("write");
  });

  it("is given up when the disk is too slow, which is told once", async () => {
    const { store, told, settle } = await started();
    for (let id = 0; id < 200; id += 1) store.put(entryOf(id, { bytes: 900 }));
    await turn();
    // Ten fit into the queue, and one is being written.
    expect(store.stats()).toMatchObject({ pending: 11, lost: 189 });
    expect(told).toEqual(["all is read", "losing"]);
    void store.drop({});
    await settle("write");
    await settle("drop");
  });

  it("of a use or a vector is written with the rest", async () => {
    const { store, latest, settle } = await started();
    store.put(entryOf(1));
    store.vector(entryOf(1), { model: "digest", values: Float32Array.of(1, 0) });
    store.use(entryOf(2));
    store.remove(entryOf(3));
    await vi.advanceTimersByTimeAsync(1000);
    expect(latest("write").input).toMatchObject({
      answers: [{ id: 1 }],
      vectors: [{ id: 1, vector: { model: "digest" } }],
      uses: [{ id: 2, usedAt: NOW }],
      removed: [3],
      expiredAt: NOW - TTL_MS,
    });
    await settle("write");
  });
});

describe("a drop", () => {
  it("settles when it is done on disk, behind what is being written and before what waits", async () => {
    const { store, settle, names, written } = await started();
    for (const id of [1, 2, 3, 4]) store.put(entryOf(id));
    store.put(entryOf(5, { tenant: "other" }));
    await turn();
    let isDone = false;
    const dropping = store.drop({ tenant: "acme" }).then(() => {
      isDone = true;
    });
    store.put(entryOf(6));
    await settle("write");
    expect(names()).toEqual(["open", "read", "write", "drop"]);
    expect(isDone).toBe(false);
    await settle("drop");
    await dropping;
    await vi.advanceTimersByTimeAsync(1000);
    // 4 was dropped before it was written; 6 came later.
    expect(written()).toEqual([
      [1, 2, 3],
      [5, 6],
    ]);
    await settle("write");
  });

  it("that the database cannot do takes the file", async () => {
    const { store, settle, state, told } = await started();
    const dropping = store.drop({});
    await turn();
    await settle("drop", refused("full"));
    await dropping;
    expect([state.isFileGone, store.stats()]).toMatchObject([
      true,
      { state: "failed", reason: "full" },
    ]);
    expect(told).toEqual(["all is read", "failed: full"]);
  });

  it("does not leave a damaged file under another name", async () => {
    const { store, settle, state, names } = await started();
    const dropping = store.drop({});
    await turn();
    await settle("drop", refused("damaged"));
    await dropping;
    expect([state.isFileGone, names()]).toEqual([true, ["open", "read", "drop"]]);
  });

  it("after a failure takes the file, and says when it cannot", async () => {
    const { store, state } = await started({ answers: { open: [refused("read_only")] } });
    state.canRemove = false;
    expect(await failureOf(store.drop({}))).toMatchObject({ code: "internal_error" });
    state.canRemove = true;
    await store.drop({});
    expect(state.isFileGone).toBe(true);
  });

  it("leaves a file alone that another process holds, and says so", async () => {
    const { store, state } = await started({ answers: { open: [refused("locked")] } });
    expect(await failureOf(store.drop({}))).toMatchObject({ code: "internal_error" });
    expect([store.stats(), state.isFileGone]).toMatchObject([
      { state: "failed", reason: "locked" },
      false,
    ]);
  });
});
