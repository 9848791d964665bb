import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ServiceError } from "../../../../src/errors/service-error.ts";
import { RequestStore } from "../../../../src/requests/store/request-store.ts";
import { deferred, type Deferred } from "../../../../src/runtime/deferred.ts";
import { DatabaseClient } from "../../../../workers/database/client.ts";
import type { RequestTasks, WriteBatch } from "../../../../workers/request-store/protocol.ts";
import { endedOf } from "../../../support/ended-requests.ts";

const STOP_MS = 3000;
const LOST = new Error("the request store thread was lost");

const refused = (fault: string) => ({ ok: false, fault, code: undefined });

interface Call {
  name: string;
  input: unknown;
  answer: Deferred<unknown>;
}

/** A store whose thread answers what the test says, in turn; else at once that all went well. */
function setUp(answers: Record<string, unknown[]> = {}, most = 10) {
  const calls: Call[] = [];
  const told: string[] = [];
  let isEnded = false;
  const usual: Record<string, unknown> = {
    open: { ok: true, setAside: undefined },
    tend: { ok: true, more: false },
    rows: { ok: true, rows: [] },
  };
  const run = (name: string, input: unknown): Promise<unknown> => {
    if (isEnded) return Promise.reject(new ServiceError("shutting_down", "stopping"));
    const answer = deferred<unknown>();
    calls.push({ name, input, answer });
    const next = answers[name]?.shift() ?? usual[name] ?? { ok: true };
    if (next instanceof Error) answer.reject(next);
    else if (next !== "later") answer.resolve(next);
    return answer.promise;
  };
  const destroy = async (): Promise<void> => {
    isEnded = true;
    for (const { answer } of calls) answer.reject(new ServiceError("shutting_down", "stopping"));
  };
  const store = new RequestStore({
    client: new DatabaseClient<RequestTasks>({
      name: "request store",
      file: "/data/requests.db",
      thread: { run: run as never, destroy },
      openWith: () => ({
        limits: { rowDays: 30, rollUpDays: 365, maxBytes: 1e9, exactRows: 50_000 },
      }),
      onSetAside: () => {},
      removes: "forget",
    }),
    stopMs: STOP_MS,
    report: {
      failed: (fault) => void told.push(`failed: ${fault}`),
      waiting: (fault) => void told.push(`waiting: ${fault}`),
      writing: () => void told.push("writing"),
      losing: () => void told.push("losing"),
      lost: (count) => void told.push(`lost: ${count}`),
    },
    pending: { most, batch: 4 },
  });
  const names = (): string[] => calls.map(({ name }) => name);
  const batches = (): WriteBatch[] =>
    calls.filter(({ name }) => name === "write").map(({ input }) => input as WriteBatch);
  /** The models of the requests of each batch that was sent. */
  const sent = (): unknown[] =>
    batches().map(({ json }) => (JSON.parse(json) as { model: string }[]).map((r) => r.model));
  const add = (...models: string[]): void =>
    models.forEach((model) => store.add(endedOf({ model })));
  return { store, calls, told, names, batches, sent, add };
}

const pass = async (ms: number): Promise<void> => void (await vi.advanceTimersByTimeAsync(ms));

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("RequestStore", () => {
  it("writes what has gathered after a fifth of a second, in its order", async () => {
    const { add, sent } = setUp();
    add("a");
    await pass(150);
    add("b");
    expect(sent()).toEqual([]);
    await pass(50);
    expect(sent()).toEqual([["a", "b"]]);
  });

  it("writes a full batch at once, and one after the other", async () => {
    const { add, sent, calls, batches } = setUp({ write: ["later"] });
    add("1", "2", "3", "4", "5");
    await pass(0);
    add("6", "7", "8");
    await pass(1000);
    expect(sent()).toEqual([["1", "2", "3", "4"]]);
    calls.find(({ name }) => name === "write")?.answer.resolve({ ok: true });
    await pass(0);
    expect(sent()[1]).toEqual(["5", "6", "7", "8"]);
    expect(batches().map(({ batch }) => batch)).toEqual([1, 2]);
    expect(new Set(batches().map(({ run }) => run)).size).toBe(1);
  });

  it("drops and counts what is too much, and says so once", async () => {
    const { add, store, told, sent } = setUp({ write: ["later"] });
    for (let i = 0; i < 15; i += 1) add(`m${i}`);
    await pass(1000);
    expect(store.stats()).toEqual({ state: "writing", pending: 10, lost: 5 });
    expect(told).toEqual(["losing"]);
    expect(sent()).toHaveLength(1);
  });

  it.each(["locked", "full", "failed"])(
    "waits while the file is %s, and then writes the same batch",
    async (fault) => {
      const { add, told, sent, batches, store } = setUp({
        write: [refused(fault), refused(fault)],
      });
      add("a");
      await pass(200);
      add("b");
      expect(store.stats()).toMatchObject({ state: "waiting", reason: fault, pending: 2 });
      await pass(1000);
      expect(told).toEqual([`waiting: ${fault}`]);
      await pass(1000);
      expect(told).toEqual([`waiting: ${fault}`, "writing"]);
      await pass(200);
      expect(sent()).toEqual([["a"], ["a"], ["a"], ["b"]]);
      expect(batches().map(({ batch }) => batch)).toEqual([1, 1, 1, 2]);
      expect(store.stats()).toEqual({ state: "writing", pending: 0, lost: 0 });
    },
  );

  it.each(["read_only", "unavailable"])("gives up where the file is %s", async (fault) => {
    const { add, told, sent, store } = setUp({ write: [refused(fault)] });
    add("a");
    await pass(200);
    add("b", "c", "d", "e", "f");
    await pass(5000);
    expect(told).toEqual([`failed: ${fault}`]);
    expect(sent()).toHaveLength(1);
    expect(store.stats()).toEqual({ state: "failed", reason: fault, pending: 0, lost: 1 });
    await expect(store.one("x")).rejects.toMatchObject({ code: "internal_error" });
  });

  it("gives up a batch that can never be written, and goes on with the next", async () => {
    const { add, told, sent, store } = setUp({
      write: Array.from({ length: 10 }, () => refused("failed")),
    });
    add("bad");
    await pass(200);
    add("good");
    await pass(11_000);
    expect(sent().at(-1)).toEqual(["good"]);
    expect(told).toEqual(["waiting: failed", "lost: 1", "writing"]);
    expect(store.stats()).toEqual({ state: "writing", pending: 0, lost: 1 });
  });

  it("sends a batch again to a new thread, under its number", async () => {
    const { add, batches, told, names } = setUp({ write: [LOST] });
    add("a");
    await pass(200);
    expect(names()).toEqual(["open", "write", "open", "write"]);
    expect(batches().map(({ batch }) => batch)).toEqual([1, 1]);
    expect(told).toEqual([]);
  });

  it("gives up a thread that dies again and again", async () => {
    const { add, told } = setUp({ write: Array.from({ length: 9 }, () => LOST) });
    add("a");
    await pass(200);
    expect(told).toEqual(["failed: thread"]);
  });

  it("reads when all that has ended is written", async () => {
    const { add, store, names } = setUp();
    add("a");
    await store.rows({ order: "newest", limit: 1 });
    expect(names()).toEqual(["open", "write", "rows"]);
  });

  it("tells that it cannot be read, without what is stored", async () => {
    const { store } = setUp({ figures: [refused("locked")] });
    await expect(store.figures({ fromMs: 0, toMs: 1, body: "metrics" })).rejects.toMatchObject({
      code: "internal_error",
      message: "The records of requests cannot be read: locked",
    });
  });

  it("reads usage page after page", async () => {
    const { store, calls } = setUp({
      usage: [
        { ok: true, text: "days from 1", nextMs: 7 },
        { ok: true, text: "", nextMs: 8 },
        { ok: true, text: "days from 8", nextMs: undefined },
      ],
    });
    const query = { fromMs: 1, toMs: 9, format: "csv", withShare: true } as const;
    const pages: string[] = [];
    for await (const page of store.usage(query)) pages.push(page);
    expect(pages).toEqual(["days from 1", "days from 8"]);
    const asked = calls.filter(({ name }) => name === "usage").map(({ input }) => input);
    expect(asked).toEqual([1, 7, 8].map((fromMs) => ({ ...query, fromMs })));
  });

  it("reads all requests up to now, and none that come meanwhile", async () => {
    const rows = (...numbers: number[]) => ({
      ok: true,
      rows: numbers.map((number) => ({ number })),
    });
    const { store } = setUp({ rows: [rows(3), rows(1, 2), rows(3, 4)] });
    const pages: unknown[] = [];
    for await (const page of store.all({}, 2)) pages.push(page.map(({ number }) => number));
    expect(pages).toEqual([[1, 2], [3]]);
  });

  it("does what is due at its start, after requests, and each hour; all of it", async () => {
    const { add, store, names } = setUp({ tend: [{ ok: true, more: true }] });
    const tended = (): number => names().filter((name) => name === "tend").length;
    store.start();
    await pass(0);
    expect(tended()).toBe(2);
    await pass(3_500_000);
    expect(tended()).toBe(2);
    add("a");
    await pass(10_200);
    expect(tended()).toBe(3);
    await pass(3_620_000);
    expect(tended()).toBe(4);
    await store.stop();
  });

  it("goes on where what is due cannot be done now", async () => {
    const { store, told } = setUp({ tend: [refused("locked")] });
    store.start();
    await pass(20_000);
    expect(told).toEqual([]);
    expect(store.stats().state).toBe("writing");
    await store.stop();
  });

  it("writes what waits when it stops, closes the file, and takes nothing more", async () => {
    const { add, store, sent, names } = setUp();
    add("1", "2", "3", "4", "5", "6");
    const stopped = store.stop();
    expect(store.stop()).toBe(stopped);
    await stopped;
    add("late");
    await pass(1000);
    expect(sent()).toEqual([
      ["1", "2", "3", "4"],
      ["5", "6"],
    ]);
    expect(names().at(-1)).toBe("close");
  });

  it("tries once more at its stop what could not be written", async () => {
    const { add, store, sent, told } = setUp({ write: [refused("locked")] });
    add("a");
    await pass(200);
    await store.stop();
    expect(sent()).toEqual([["a"], ["a"]]);
    expect(told).toEqual(["waiting: locked", "writing"]);
  });

  it("stops in time where nothing can be written, and says what is lost", async () => {
    const { add, store, told } = setUp({ write: ["later"] });
    add("a", "b");
    const stopped = store.stop();
    await pass(STOP_MS);
    await stopped;
    expect(told).toEqual(["lost: 2"]);
  });
});
