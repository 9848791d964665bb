import { describe, expect, it } from "vitest";
import { deferred, type Deferred } from "../../../src/runtime/deferred.ts";
import { Turnstile } from "../../../src/runtime/turnstile.ts";

const { signal: never } = new AbortController();

const settled = (): Promise<void> => new Promise(setImmediate);

/** A turnstile, and who went through it in which order; each stays until it is let go. */
function setUp(atOnce: number) {
  const turnstile = new Turnstile({ atOnce });
  const order: string[] = [];
  const works = new Map<string, Deferred<string>>();
  const come = (name: string, signal: AbortSignal = never): Promise<string> =>
    turnstile.run(signal, () => {
      const work = deferred<string>();
      order.push(name);
      works.set(name, work);
      return work.promise;
    });
  return { turnstile, order, come, works };
}

describe("Turnstile", () => {
  it("lets so many in, and the next one when one goes, in the order of their coming", async () => {
    const { turnstile, order, come, works } = setUp(2);
    const all = ["a", "b", "c", "d"].map((name) => come(name));
    expect(turnstile.size).toBe(4);
    await settled();
    expect(order).toEqual(["a", "b"]);
    works.get("b")?.resolve("B");
    await settled();
    expect(order).toEqual(["a", "b", "c"]);
    const late = come("e");
    for (const name of ["a", "c", "d", "e"]) {
      works.get(name)?.resolve(name.toUpperCase());
      await settled();
    }
    expect(await Promise.all([...all, late])).toEqual(["A", "B", "C", "D", "E"]);
    expect(turnstile.size).toBe(0);
  });

  it("gives the place on when the work fails", async () => {
    const { turnstile, order, come, works } = setUp(1);
    const failing = come("a");
    const next = come("b");
    works.get("a")?.reject(new Error("no"));
    await expect(failing).rejects.toThrow("no");
    await settled();
    expect(order).toEqual(["a", "b"]);
    works.get("b")?.resolve("B");
    expect(await next).toBe("B");
    expect(turnstile.size).toBe(0);
  });

  it("lets those go that no longer want to wait", async () => {
    const { turnstile, order, come, works } = setUp(1);
    const first = come("a");
    const leaver = new AbortController();
    const left = expect(come("b", leaver.signal)).rejects.toThrow("gone");
    const last = come("c");
    leaver.abort(new Error("gone"));
    await left;
    await expect(come("d", leaver.signal)).rejects.toThrow("gone");
    expect(turnstile.size).toBe(2);
    works.get("a")?.resolve("A");
    await first;
    await settled();
    expect(order).toEqual(["a", "c"]);
    works.get("c")?.resolve("C");
    await last;
    expect(turnstile.size).toBe(0);
  });

  it("does not lose the place of one that is called off just when its turn has come", async () => {
    const { turnstile, order, come, works } = setUp(1);
    const first = come("a");
    const leaver = new AbortController();
    const second = come("b", leaver.signal);
    const third = come("c");
    works.get("a")?.resolve("A");
    await first;
    leaver.abort(new Error("gone"));
    await settled();
    expect(order).toEqual(["a", "b"]);
    works.get("b")?.resolve("B");
    expect(await second).toBe("B");
    await settled();
    works.get("c")?.resolve("C");
    expect(await third).toBe("C");
    expect(turnstile.size).toBe(0);
  });
});
