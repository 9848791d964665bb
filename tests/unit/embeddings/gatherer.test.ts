import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { deferred, type Deferred } from "../../../src/runtime/deferred.ts";
import { Gatherer } from "../../../src/embeddings/gatherer.ts";

interface Item {
  name: string;
  bytes: number;
}

/** A gatherer, what it has sent, and a way to bring that to its end. */
function setUp({ waitMs = 3, maxItems = 4, maxBytes = 100, atOnce = Infinity } = {}) {
  const sent: string[] = [];
  const works: Deferred<void>[] = [];
  const seen = { idle: 0 };
  const gatherer = new Gatherer<Item>({
    waitMs,
    maxItems,
    maxBytes,
    atOnce,
    send: (items) => {
      sent.push(items.map(({ name }) => name).join(""));
      const work = deferred<void>();
      works.push(work);
      return work.promise;
    },
    onIdle: () => (seen.idle += 1),
  });
  /** One part: an item for each letter. */
  const add = (names: string, bytes = 1): void =>
    gatherer.add(Array.from(names, (name) => ({ name, bytes })));
  const finish = async (index: number): Promise<void> => {
    works[index]?.resolve();
    await vi.advanceTimersByTimeAsync(0);
  };
  return { add, finish, sent, seen };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

describe("Gatherer", () => {
  it("sends together what comes within the time, counted from the first", async () => {
    const { add, sent } = setUp();
    add("a");
    await vi.advanceTimersByTimeAsync(2);
    add("b");
    expect(sent).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(sent).toEqual(["ab"]);
    add("c");
    await vi.advanceTimersByTimeAsync(3);
    expect(sent).toEqual(["ab", "c"]);
  });

  it("sends a full one at once, by number or by bytes", async () => {
    const { add, sent } = setUp();
    add("abc");
    add("d");
    expect(sent).toEqual(["abcd"]);
    add("e", 60);
    add("f", 40);
    expect(sent).toEqual(["abcd", "ef"]);
    add("g", 500);
    expect(sent).toEqual(["abcd", "ef", "g"]);
  });

  it("does not tear a part, nor make others wait for it", async () => {
    const { add, sent } = setUp();
    add("ab");
    add("cde");
    expect(sent).toEqual(["ab"]);
    await vi.advanceTimersByTimeAsync(3);
    expect(sent).toEqual(["ab", "cde"]);
    add("f", 60);
    add("g", 60);
    expect(sent).toEqual(["ab", "cde", "f"]);
    await vi.advanceTimersByTimeAsync(3);
    expect(sent).toEqual(["ab", "cde", "f", "g"]);
  });

  it("gathers without waiting while as many are sent as may be", async () => {
    const { add, finish, sent, seen } = setUp({ waitMs: 0, atOnce: 1 });
    for (const name of "abcdef") add(name);
    expect(sent).toEqual(["a"]);
    await finish(0);
    expect(sent).toEqual(["a", "bcde"]);
    add("g");
    await finish(1);
    expect(sent).toEqual(["a", "bcde", "fg"]);
    expect(seen.idle).toBe(0);
    await finish(2);
    expect(seen.idle).toBe(1);
    add("h");
    expect(sent).toEqual(["a", "bcde", "fg", "h"]);
  });

  it("lets those wait for their time that come while others are sent", async () => {
    const { add, finish, sent, seen } = setUp({ atOnce: 1 });
    add("abcd");
    add("e");
    await finish(0);
    expect([sent, seen.idle]).toEqual([["abcd"], 0]);
    await vi.advanceTimersByTimeAsync(3);
    expect(sent).toEqual(["abcd", "e"]);
    add("f");
    await vi.advanceTimersByTimeAsync(3);
    expect(sent).toEqual(["abcd", "e"]);
    await finish(1);
    expect(sent).toEqual(["abcd", "e", "f"]);
    await finish(2);
    expect(seen.idle).toBe(1);
  });
});
