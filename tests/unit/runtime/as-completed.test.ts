import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { asCompleted } from "../../../src/runtime/as-completed.ts";
import { deferred } from "../../../src/runtime/deferred.ts";

/** Works that the test brings to their end, and a log of what has begun. */
function setUp(count: number) {
  const begun: number[] = [];
  const works = Array.from({ length: count }, () => deferred<string>());
  const run = (index: number): Promise<string> => {
    begun.push(index);
    return work(index).promise;
  };
  const work = (index: number) => {
    const found = works[index];
    if (!found) throw new RangeError(`no work ${index}`);
    return found;
  };
  return { begun, run, work };
}

/** Fails the test when somebody is told of a rejection that nobody has handled. */
function forbidUnhandled(): void {
  const unhandled: unknown[] = [];
  const note = (err: unknown): void => void unhandled.push(err);
  process.on("unhandledRejection", note);
  onTestFinished(async () => {
    await turn();
    process.off("unhandledRejection", note);
    expect(unhandled).toEqual([]);
  });
}

async function drain(work: AsyncGenerator<{ index: number }>): Promise<number[]> {
  const order: number[] = [];
  for await (const { index } of work) order.push(index);
  return order;
}

describe("asCompleted", () => {
  it("yields each result with its number, in the order in which they come", async () => {
    const { begun, run, work } = setUp(3);
    const results = asCompleted(3, 3, run);
    const first = results.next();
    await turn();
    expect(begun).toEqual([0, 1, 2]);
    work(2).resolve("c");
    expect(await first).toEqual({ done: false, value: { index: 2, value: "c" } });
    work(0).resolve("a");
    expect((await results.next()).value).toEqual({ index: 0, value: "a" });
    work(1).resolve("b");
    expect((await results.next()).value).toEqual({ index: 1, value: "b" });
    expect(await results.next()).toEqual({ done: true, value: undefined });
  });

  it("runs so many at once and not more", async () => {
    const { begun, run, work } = setUp(5);
    const results = asCompleted(5, 2, run);
    const first = results.next();
    await turn();
    expect(begun).toEqual([0, 1]);
    work(1).resolve("");
    await first;
    const second = results.next();
    await turn();
    expect(begun).toEqual([0, 1, 2]);
    for (const index of [0, 2, 3, 4]) work(index).resolve("");
    await second;
    expect(new Set(await drain(results))).toEqual(new Set([2, 3, 4]));
    expect(begun).toEqual([0, 1, 2, 3, 4]);
  });

  it("loses none that came to their end together", async () => {
    const { run, work } = setUp(4);
    for (let i = 0; i < 4; i += 1) work(i).resolve("");
    expect(new Set(await drain(asCompleted(4, 3, run)))).toEqual(new Set([0, 1, 2, 3]));
  });

  it("has nothing to do for nobody", async () => {
    const { begun, run } = setUp(0);
    expect(await drain(asCompleted(0, 2, run))).toEqual([]);
    expect(begun).toEqual([]);
  });

  it("begins nothing before it is asked, nor while its caller is busy with a result", async () => {
    const { begun, run, work } = setUp(3);
    const results = asCompleted(3, 1, run);
    await turn();
    expect(begun).toEqual([]);
    work(0).resolve("");
    await results.next();
    await turn();
    expect(begun).toEqual([0]);
    work(1).resolve("");
    work(2).resolve("");
    expect(await drain(results)).toEqual([1, 2]);
  });

  it("begins nothing more once its caller has stopped, and tells nobody what fails then", async () => {
    forbidUnhandled();
    const { begun, run, work } = setUp(4);
    work(0).resolve("");
    for await (const { index } of asCompleted(4, 2, run)) {
      expect(index).toBe(0);
      break;
    }
    work(1).reject(new Error("too late"));
    await turn();
    expect(begun).toEqual([0, 1]);
  });

  it("throws what the first that fails throws, and begins nothing more", async () => {
    forbidUnhandled();
    const { begun, run, work } = setUp(4);
    const results = drain(asCompleted(4, 2, run));
    const err = new Error("a mistake");
    work(1).reject(err);
    await expect(results).rejects.toBe(err);
    work(0).reject(new Error("another"));
    await turn();
    expect(begun).toEqual([0, 1]);
  });

  it("throws also what fails while its caller is busy", async () => {
    forbidUnhandled();
    const { run, work } = setUp(2);
    const results = asCompleted(2, 2, run);
    work(0).resolve("");
    await results.next();
    work(1).reject(new Error("a mistake"));
    await turn();
    await expect(results.next()).rejects.toThrow("a mistake");
    expect(await results.next()).toEqual({ done: true, value: undefined });
  });

  it("throws what a work throws at once", async () => {
    forbidUnhandled();
    const results = asCompleted(3, 3, (index) => {
      if (index === 1) throw new Error("at once");
      return Promise.reject(new Error("later"));
    });
    await expect(drain(results)).rejects.toThrow("at once");
  });
});
