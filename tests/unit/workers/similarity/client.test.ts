import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { RawThread } from "../../../../workers/thread-calls.ts";
import { SimilarityThread } from "../../../../workers/similarity/client.ts";

const DEADLINE_MS = 1000;
const VECTOR = Float32Array.of(1, 0);

interface Call {
  name: string;
  input: unknown;
  transferList: ArrayBuffer[];
  settle: (output: unknown) => void;
  fail: (err: unknown) => void;
}

/** Threads that answer what the test says. */
function setUp() {
  const opened: { calls: Call[]; onEnd: (err: unknown) => void; ended: number }[] = [];
  const faults: unknown[] = [];
  const thread = new SimilarityThread({
    open: (onEnd): RawThread => {
      const one = { calls: [] as Call[], onEnd, ended: 0 };
      opened.push(one);
      return {
        run: (input, { name, transferList }) =>
          new Promise((settle, fail) => {
            one.calls.push({ name, input, transferList, settle, fail });
          }),
        end: () => {
          one.ended += 1;
          return Promise.resolve();
        },
      };
    },
    deadlineMs: DEADLINE_MS,
    onFault: (err) => void faults.push(err),
  });
  const nth = (index: number) => {
    const found = opened[index];
    if (!found) throw new Error(`only ${opened.length} threads were opened`);
    return found;
  };
  return { thread, opened, nth, faults };
}

/** A call that is expected to fail, as its failure. */
const failureOf = (call: Promise<unknown>): Promise<unknown> => call.catch((err: unknown) => err);

const LOST = "the similarity thread was lost";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

describe("SimilarityThread", () => {
  it("starts a thread with the first call, and answers what it answers", async () => {
    const { thread, opened, nth } = setUp();
    expect(opened).toHaveLength(0);
    const found = thread.search("space", VECTOR, { count: 3, atLeast: 0.9 });
    const done = thread.remove("space", [1]);
    expect(thread.size).toBe(2);
    const [search, remove] = nth(0).calls;
    expect(search).toMatchObject({
      name: "search",
      input: { space: "space", vector: VECTOR, count: 3, atLeast: 0.9 },
    });
    search?.settle({ ok: false, reason: "unknown_space" });
    remove?.settle({ ok: true });
    expect(await found).toEqual({ ok: false, reason: "unknown_space" });
    expect(await done).toEqual({ ok: true });
    expect([thread.size, opened.length]).toEqual([0, 1]);
  });

  it("hands large vectors over, and sends of a part of memory no more than the part", () => {
    const { thread, nth } = setUp();
    const whole = new Float32Array(8);
    void failureOf(thread.load("a", [1, 2], whole));
    void failureOf(thread.load("a", [1], whole.subarray(2, 4), { more: true }));
    void failureOf(thread.add("a", 1, whole.subarray(2, 4)));
    void failureOf(thread.rank({ query: whole.subarray(0, 2), documents: whole, count: 1 }));
    const inputs = nth(0).calls.map(({ input }) => input as Record<string, Float32Array>);
    expect(nth(0).calls.map(({ transferList }) => transferList.length)).toEqual([1, 1, 0, 1]);
    expect(nth(0).calls[0]?.transferList).toEqual([whole.buffer]);
    expect(inputs.map((input) => input["more"])).toEqual([false, true, undefined, undefined]);
    expect(inputs[1]?.["vectors"]?.buffer.byteLength).toBe(8);
    expect(inputs[2]?.["vector"]?.buffer.byteLength).toBe(8);
    expect(inputs[3]?.["query"]?.buffer.byteLength).toBe(8);
    nth(0).onEnd(new Error("enough"));
  });

  it.each([
    ["has ended", (first: { onEnd: (err: unknown) => void }) => first.onEnd(new Error("gone"))],
    ["has failed in a task", ({ calls }: { calls: Call[] }) => calls[0]?.fail(new Error("gone"))],
  ])("rejects every call of a thread that %s, and goes on with another", async (_what, die) => {
    const { thread, nth, faults } = setUp();
    const calls = [thread.stats(), thread.drop("a")].map(failureOf);
    die(nth(0));
    const failures = await Promise.all(calls);
    const lost = { message: LOST, cause: expect.objectContaining({ message: "gone" }) as Error };
    expect(failures).toMatchObject([lost, lost]);
    expect(faults).toMatchObject([lost]);
    expect([nth(0).ended, thread.size]).toEqual([1, 0]);
    const next = thread.drop("a");
    nth(1).calls[0]?.settle({ ok: true });
    expect(await next).toEqual({ ok: true });
    // What it still says is of no more interest.
    nth(0).calls[1]?.settle({ ok: true });
    nth(0).onEnd(new Error("again"));
    expect(faults).toHaveLength(1);
  });

  it("takes a thread for dead that has answered nothing for the deadline", async () => {
    const { thread, nth } = setUp();
    const first = thread.drop("a");
    const second = failureOf(thread.drop("b"));
    await vi.advanceTimersByTimeAsync(DEADLINE_MS - 1);
    nth(0).calls[0]?.settle({ ok: true });
    expect(await first).toEqual({ ok: true });
    // It works, one after the other: the second has the whole deadline.
    await vi.advanceTimersByTimeAsync(DEADLINE_MS - 1);
    expect(thread.size).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(await second).toMatchObject({
      message: LOST,
      cause: { message: `it has answered nothing for ${DEADLINE_MS} ms` },
    });
    expect(nth(0).ended).toBe(1);
  });

  it("when destroyed fails what is under way, ends its thread once, and takes no more", async () => {
    const { thread, nth, faults } = setUp();
    const stopping = { code: "shutting_down" };
    const call = failureOf(thread.stats());
    await Promise.all([thread.destroy(), thread.destroy()]);
    expect(await call).toMatchObject(stopping);
    expect(await failureOf(thread.stats())).toMatchObject(stopping);
    nth(0).onEnd(new Error("its exit"));
    expect([nth(0).ended, faults]).toEqual([1, []]);
  });

  it("when destroyed before it was used starts none", async () => {
    const { thread, opened } = setUp();
    await thread.destroy();
    expect(opened).toHaveLength(0);
  });
});
