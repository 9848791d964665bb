import { describe, expect, it } from "vitest";
import { deferred, type Deferred } from "../../../src/runtime/deferred.ts";
import { Turnstile } from "../../../src/runtime/turnstile.ts";

const { signal: never } = new AbortController();

const settled = (): Promise<void> => new Promise(setImmediate);

/** A turnstile, and who went through it in which order; each stays until it is let go. */
function setUp(atOnce: number) {
  const clock = { ms: 0 };
  const turnstile = new Turnstile({ atOnce, now: () => clock.ms });
  const order: string[] = [];
  const works = new Map<string, Deferred<string>>();
  const come = (
    name: string,
    signal: AbortSignal = never,
    { tenant = "a", kind = "" } = {},
  ): Promise<string> =>
    turnstile.run(
      { tenant, signal },
      () => {
        const work = deferred<string>();
        order.push(name);
        works.set(name, work);
        return work.promise;
      },
      kind,
    );
  /** Lets the one go that went in as the nth, after so long. */
  const go = async (index: number, afterMs = 0): Promise<void> => {
    clock.ms += afterMs;
    works.get(order[index] ?? "")?.resolve("");
    await settled();
  };
  return { turnstile, order, come, works, go };
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

  it("lets tenants take turns, whatever else one of them has waiting", async () => {
    const { order, come, go } = setUp(1);
    const all = ["a1", "a2", "a3", "a4", "b1", "b2", "c1"].map((name) =>
      come(name, never, { tenant: name.slice(0, 1) }),
    );
    for (let i = 0; i < all.length; i += 1) await go(i);
    await Promise.all(all);
    expect(order).toEqual(["a1", "a2", "b1", "c1", "a3", "b2", "a4"]);
  });

  it("gives kinds of work the same time, not the same number of turns", async () => {
    const { order, come, go } = setUp(1);
    const names = ["long 1", "long 2", "long 3", ...[1, 2, 3, 4, 5, 6].map((n) => `short ${n}`)];
    const all = names.map((name) => come(name, never, { kind: name.slice(0, 4) }));
    for (let i = 0; i < all.length; i += 1) {
      await go(i, order[i]?.startsWith("long") ? 100 : 40);
    }
    await Promise.all(all);
    const turns = order.map((name) => (name.startsWith("long") ? "long" : "short"));
    expect(turns.join(" ")).toBe("long short short short long short short long short");
  });

  it("saves up no time for a kind that was not there", async () => {
    const { order, come, go } = setUp(1);
    // Minutes in which only bodies came.
    for (let i = 0; i < 3; i += 1) {
      const body = come(`body ${i}`, never, { kind: "bodies" });
      await go(i, 60_000);
      await body;
    }
    const all = ["image 1", "image 2", "image 3"].map((n) => come(n, never, { kind: "images" }));
    all.push(come("body 3", never, { kind: "bodies" }));
    for (let i = 3; i < 7; i += 1) await go(i, 100);
    await Promise.all(all);
    expect(order.slice(3)).toEqual(["image 1", "body 3", "image 2", "image 3"]);
  });

  it("sends all away that wait when it is told to, and goes on", async () => {
    const { turnstile, come, go } = setUp(1);
    const inside = come("a");
    const waiting = [come("b"), come("c", never, { tenant: "other", kind: "other" })];
    const ends = Promise.allSettled(waiting);
    expect([turnstile.waiting, turnstile.waitingOf("a"), turnstile.waitingOf("other")]).toEqual([
      2, 1, 1,
    ]);
    turnstile.refuseWaiting(new Error("closed"));
    expect((await ends).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect([turnstile.size, turnstile.isFree]).toEqual([1, false]);
    await go(0);
    await inside;
    expect([turnstile.size, turnstile.isFree]).toEqual([0, true]);
  });
});
