import type { Signal } from "../../../src/runtime/light-signal.ts";
import { describe, expect, it } from "vitest";
import { deferred } from "../../../src/runtime/deferred.ts";
import { SharedWork } from "../../../src/runtime/shared-work.ts";

function setUp() {
  const result = deferred<string>();
  const closed: boolean[] = [];
  let signal: Signal | undefined;
  const work = new SharedWork({
    start: (given) => {
      signal = given;
      return result.promise;
    },
    onClose: () => closed.push(signal?.aborted ?? false),
  });
  const join = () => {
    const leaver = new AbortController();
    return { leaver, waited: work.wait(leaver.signal) };
  };
  return { result, closed, join, isCalledOff: () => signal?.aborted };
}

describe("SharedWork", () => {
  it("gives all who wait its result, and closes once", async () => {
    const { result, closed, join, isCalledOff } = setUp();
    const all = [join(), join()];
    result.resolve("done");
    expect(await Promise.all(all.map(({ waited }) => waited))).toEqual(["done", "done"]);
    expect([closed, isCalledOff()]).toEqual([[false], false]);
  });

  it("goes on when one of several leaves, who is told so with the reason", async () => {
    const { result, closed, join } = setUp();
    const [first, second] = [join(), join()];
    first.leaver.abort(new Error("gone"));
    await expect(first.waited).rejects.toThrow("gone");
    expect(closed).toEqual([]);
    result.resolve("done");
    expect(await second.waited).toBe("done");
  });

  it("is called off by the last one who leaves, closed before anybody could join", async () => {
    const { closed, join, isCalledOff } = setUp();
    const all = [join(), join()];
    for (const { leaver } of all) leaver.abort(new Error("gone"));
    for (const { waited } of all) await expect(waited).rejects.toThrow("gone");
    expect([closed, isCalledOff()]).toEqual([[true], true]);
  });

  it("fails for all who wait, and harms nobody when nobody does", async () => {
    const { result, join, closed } = setUp();
    const all = [join(), join()];
    result.reject(new Error("broken"));
    for (const { waited } of all) await expect(waited).rejects.toThrow("broken");
    const alone = setUp();
    alone.result.reject(new Error("broken"));
    await expect(alone.join().waited).rejects.toThrow("broken");
    expect([closed, alone.closed]).toEqual([[false], [false]]);
  });

  it("lets nobody wait whose signal has aborted before", async () => {
    const { join, isCalledOff } = setUp();
    const { leaver, waited } = join();
    leaver.abort(new Error("gone"));
    await expect(waited).rejects.toThrow("gone");
    expect(isCalledOff()).toBe(true);
  });
});
