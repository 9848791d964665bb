import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { CacheEntry } from "../../../../src/cache/response-cache.ts";
import { ResponseStore } from "../../../../src/cache/store/response-store.ts";
import type { ReadEntry } from "../../../../src/cache/store/stored-rows.ts";
import { ServiceError } from "../../../../src/errors/service-error.ts";
import { deferred, type Deferred } from "../../../../src/runtime/deferred.ts";
import type { ReadAnswer } from "../../../../workers/response-store/protocol.ts";

const TTL_MS = 60_000;
const STOP_MS = 2000;
const NOW = 1_000_000;

const entryOf = (id: number, { tenant = "acme", bytes = 100 } = {}): CacheEntry => ({
  id,
  question: { space: "s", text: `text ${id}`, tenant, model: "m:latest", isSampled: false },
  answer: { id },
  tookMs: 1,
  storedAt: NOW,
  bytes,
});

const readAnswer = (id: number, tenant = "acme"): ReadAnswer => {
  const { question, answer, storedAt, tookMs } = entryOf(id, { tenant });
  const json = JSON.stringify({ question, answer });
  return { id, tenant, model: "m:latest", storedAt, tookMs, json, vector: undefined };
};

const LOST = new Error("the response store thread was lost");
const refused = (fault: string) => ({ ok: false, fault, code: `SQLITE_${fault.toUpperCase()}` });

interface Call {
  name: string;
  input: Record<string, unknown>;
  answer: Deferred<unknown>;
}

/** A thread that answers as the test says: `open` and `close` at once, the others when told. */
function setUp({
  answers = {},
  notKept = [],
}: { answers?: Record<string, unknown[]>; notKept?: number[] } = {}) {
  const calls: Call[] = [];
  const scripted: Record<string, unknown[]> = {
    open: [],
    read: [{ ok: true, answers: [], next: undefined }],
    ...answers,
  };
  const told: string[] = [];
  const read: ReadEntry[] = [];
  const state = { destroyed: 0, isFileGone: false, canRemove: true };
  const run = (name: string, input: unknown): Promise<unknown> => {
    if (state.destroyed > 0) return Promise.reject(new ServiceError("shutting_down", "stopping"));
    const answer = deferred<unknown>();
    calls.push({ name, input: input as Record<string, unknown>, answer });
    const next = scripted[name]?.shift();
    if (next instanceof Error) answer.reject(next);
    else if (next !== undefined) answer.resolve(next);
    else if (name === "open") answer.resolve({ ok: true, setAside: undefined });
    else if (name === "close") answer.resolve({ ok: true });
    return answer.promise;
  };
  const store = new ResponseStore({
    file: "/data/cache.db",
    thread: {
      run: run as never,
      destroy: async () => {
        state.destroyed += 1;
        const err = new ServiceError("shutting_down", "stopping");
        for (const call of calls) call.answer.reject(err);
      },
    },
    removeFile: async () => {
      if (!state.canRemove) throw new Error("EACCES");
      state.isFileGone = true;
    },
    ttlMs: TTL_MS,
    stopMs: STOP_MS,
    onRead: (entries) => {
      read.push(...entries);
      return notKept;
    },
    onReadAll: () => void told.push("all is read"),
    report: {
      failed: (fault) => void told.push(`failed: ${fault}`),
      setAside: (name) => void told.push(`set aside: ${name}`),
      losing: () => void told.push("losing"),
    },
    pending: { maxBytes: 10_000, batchChanges: 3, batchBytes: 1000 },
    now: () => NOW,
  });
  const names = (): string[] => calls.map(({ name }) => name);
  /** The newest call of a task. */
  const latest = (name: string): Call => {
    const found = calls.filter((call) => call.name === name).at(-1);
    if (!found) throw new Error(`there was no ${name}`);
    return found;
  };
  const settle = async (name: string, output: unknown = { ok: true }): Promise<void> => {
    latest(name).answer.resolve(output);
    await turn();
  };
  const written = (): unknown[] =>
    calls
      .filter(({ name }) => name === "write")
      .map(({ input }) => (input["answers"] as { id: number }[]).map(({ id }) => id));
  return { store, calls, names, latest, settle, told, read, state, written };
}

const turn = async (): Promise<void> => void (await vi.advanceTimersByTimeAsync(0));
const failureOf = (call: Promise<unknown>): Promise<unknown> => call.catch((err: unknown) => err);

/** One that has read what there was. */
async function started(options: Parameters<typeof setUp>[0] = {}) {
  const all = setUp(options);
  all.store.start();
  await turn();
  return all;
}

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
    const { told } = await started({ answers: { open: [{ ok: true, setAside: "old" }] } });
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
          { ok: true, setAside: "damaged one" },
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
