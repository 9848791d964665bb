import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { endedOf, NOON_MS, REFUSED } from "../../../support/ended-requests.ts";
import { HOUR_MS, openDatabase, plain } from "./database-set-up.ts";

describe("a request that is written", () => {
  it.each([
    ["with all that can be known", endedOf({ savedMs: 77.125 })],
    ["with next to nothing", endedOf(REFUSED)],
    ["of an item", endedOf({ id: `${crypto.randomUUID()}-49`, kind: "item" })],
    ["of a batch whose items have rows", endedOf({ kind: "batch" })],
    ["that is a hit", endedOf({ cache: "HIT-SEMANTIC", savedMs: 3, streamed: true })],
    ["whose names are hard", endedOf({ model: `'; DROP TABLE requests; --"日本\u0001` })],
    ["that took no time", endedOf({ tookMs: 0, queueMs: 0, bytesOut: 0 })],
  ])("%s is read back as it was", async (_what, request) => {
    const { write, all, database } = await openDatabase();
    write(request);
    expect(plain(all())).toEqual([{ number: 1, ...plain(request) }]);
    expect(plain(database.one(request.id))).toEqual({ number: 1, ...plain(request) });
  });

  it.each(["completed", "failed", "client_left", "hard_stop", "stopping", "cancelled"] as const)(
    "has ended as it did: %s",
    async (ended) => {
      const { write, all } = await openDatabase();
      write(endedOf({ ended }));
      expect(all()).toMatchObject([{ ended }]);
    },
  );

  it("has numbers that no sum can overflow", async () => {
    const { write, all, database } = await openDatabase();
    const huge = Array.from({ length: 20 }, () => endedOf({ inputTokens: 1e300, tookMs: 1e300 }));
    write(...huge);
    expect(all()[0]?.inputTokens).toBe(1e12);
    const { total } = database.aggregate({ fromMs: NOON_MS, toMs: NOON_MS + 1 });
    expect(total.inputTokens).toBe(2e13);
  });

  it("is written once, however often its batch is sent", async () => {
    const { database, all } = await openDatabase();
    const batch = { run: "first", batch: 1, json: JSON.stringify([endedOf(), endedOf()]) };
    database.write(batch);
    database.write(batch);
    expect(all()).toHaveLength(2);
    database.write({ ...batch, run: "second" });
    expect(all(), "of another run of the service").toHaveLength(4);
  });

  it("is not there when another of its batch cannot be written", async () => {
    const { database, all, write } = await openDatabase();
    const json = JSON.stringify([endedOf({ model: "new" }), null]);
    expect(() => database.write({ run: "r", batch: 1, json })).toThrow();
    expect(all()).toEqual([]);
    // The number that the name had for a moment is not used for another.
    write(endedOf({ model: "other" }), endedOf({ model: "new" }));
    expect(all().map(({ model }) => model)).toEqual(["other", "new"]);
  });
});

describe("requests that are looked for", () => {
  it("come in the order of their numbers, whatever the clock was", async () => {
    const { write, database } = await openDatabase();
    const times = [0, HOUR_MS, -HOUR_MS, 5, -5];
    for (const ms of times) write(endedOf({ startedAtMs: NOON_MS + ms }));
    const numbers = (order: "newest" | "oldest", after?: number): number[] =>
      database.rows({ order, after, limit: 2 }).map(({ number }) => number);
    expect(numbers("newest")).toEqual([5, 4]);
    expect(numbers("newest", 4)).toEqual([3, 2]);
    expect(numbers("oldest")).toEqual([1, 2]);
    expect(numbers("oldest", 4)).toEqual([5]);
  });

  it.each([
    [{ project: "b" }, [2]],
    [{ model: "m2" }, [3]],
    [{ status: 429 }, [4]],
    [{ tenant: "[10.0.0.9]" }, [5]],
    [{ fromMs: NOON_MS + 10 }, [6]],
    [{ toMs: NOON_MS + 10, project: "a" }, [1, 3, 4]],
    [{ project: "b", model: "m2" }, []],
    [{ project: "nobody" }, []],
    [{ tenant: "nobody" }, []],
    [{ model: "' OR 1=1 --" }, []],
  ])("by %j are %j", async (filter, numbers) => {
    const { write, database } = await openDatabase();
    const common = { project: "a", model: "m1" };
    write(
      endedOf(common),
      endedOf({ ...common, project: "b" }),
      endedOf({ ...common, model: "m2" }),
      endedOf({ ...common, status: 429 }),
      endedOf({ ...common, project: "unknown", tenant: "[10.0.0.9]" }),
      endedOf({ ...common, project: "late", startedAtMs: NOON_MS + 10 }),
    );
    const found = database.rows({ order: "oldest", limit: 100, ...filter });
    expect(found.map(({ number }) => number)).toEqual(numbers);
  });

  it("come a page at a time, whatever is asked for", async () => {
    const { write, database } = await openDatabase();
    write(...Array.from({ length: 600 }, () => endedOf()));
    expect(database.rows({ order: "newest", limit: 1e9 })).toHaveLength(500);
  });

  it.each(["", "nothing", "00000000-0000-4000-8000-000000000000", "x-y", `${"0".repeat(36)}-x`])(
    "by the id %j are none",
    async (id) => {
      const { write, database } = await openDatabase();
      write(endedOf());
      expect(database.one(id)).toBeUndefined();
    },
  );
});

describe("a project that is forgotten", () => {
  it("leaves nothing, and the others as they are", async () => {
    const { write, database, all, tend } = await openDatabase();
    write(endedOf({ project: "gone" }), endedOf({ project: "kept" }));
    tend(NOON_MS);
    write(endedOf({ project: "gone" }));
    expect(database.forget("gone")).toBe(2);
    expect(database.forget("gone")).toBe(0);
    expect(all()).toMatchObject([{ project: "kept" }]);
    tend(NOON_MS);
    const { days } = database.usage({ fromMs: 0, toMs: NOON_MS + 1 });
    expect(days).toMatchObject([{ project: "kept", requests: 1 }]);
  });

  it("takes nothing with it that has the same name and is another's", async () => {
    const { write, all, database, tend } = await openDatabase();
    const kept = { project: "kept", operation: "chat", model: "qwen3:8b", client: "10.0.0.5" };
    for (const project of [kept.operation, kept.model, kept.client]) {
      write(endedOf({ ...kept, tenant: "kept" }), endedOf({ project, tenant: project }));
      tend(NOON_MS);
      expect(database.forget(project)).toBe(1);
    }
    write(endedOf(kept));
    tend(NOON_MS);
    expect(all()).toMatchObject([kept, kept, kept, kept]);
    const { groups } = database.aggregate({ fromMs: NOON_MS, toMs: NOON_MS + 1 });
    expect(groups).toMatchObject([{ operation: "chat", model: "qwen3:8b", requests: 4 }]);
  });

  it("is not in the file any more, nor beside it", async () => {
    const { write, database, file } = await openDatabase();
    write(...Array.from({ length: 200 }, () => endedOf({ project: "a-secret-project" })));
    const bytes = async (): Promise<string> => {
      const names = await readdir(dirname(file));
      const all = names.map((name) => readFile(join(dirname(file), name), "latin1"));
      return (await Promise.all(all)).join("");
    };
    expect(await bytes()).toContain("a-secret-project");
    database.forget("a-secret-project");
    expect(await bytes()).not.toContain("a-secret-project");
  });
});
