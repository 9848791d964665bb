import { CallRecord } from "../../../src/inference/call-record.ts";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ErrorCode } from "../../../src/errors/codes.ts";
import { ServiceError } from "../../../src/errors/service-error.ts";
import {
  gathered,
  HARD_STOP_MS,
  lengthsOf,
  setUpEmbedder,
  settled,
  textsOf,
} from "./embedder-set-up.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(async () => {
  // The sweep of the deadlines ends one round after the last of them.
  await vi.advanceTimersByTimeAsync(250);
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

const refused = (code: ErrorCode = "invalid_request"): ServiceError =>
  new ServiceError(code, "too long");

describe("texts of requests that come together", () => {
  it("are one call, and each request gets its own in its order", async () => {
    const { embed, made, nth, embedder, deadlines } = setUpEmbedder();
    const asked = [embed(["ccc", "a"]), embed("bb", { tenant: "bob" }), embed("dddd")];
    await vi.advanceTimersByTimeAsync(2);
    expect(made).toHaveLength(0);
    expect(embedder.size).toBe(4);
    await vi.advanceTimersByTimeAsync(1);
    expect(textsOf(made)).toEqual([["ccc", "a", "bb", "dddd"]]);
    expect(nth(0)).toMatchObject({ tenant: "ada", direct: false });
    expect(Object.fromEntries(nth(0).parts)).toEqual({ ada: 0.8, bob: 0.2 });
    await nth(0).answer();
    expect((await Promise.all(asked)).map(lengthsOf)).toEqual([[3, 1], [2], [4]]);
    expect([embedder.size, deadlines.size]).toEqual([0, 0]);
  });

  it("are computed once when they are equal, also on their way and within a request", async () => {
    const { embed, made, nth } = setUpEmbedder();
    const first = embed(["a", "bb", "a"]);
    await gathered();
    const second = embed(["bb", "ccc"]);
    await gathered();
    expect(textsOf(made)).toEqual([["a", "bb"], ["ccc"]]);
    await nth(1).answer();
    await nth(0).answer();
    expect(await first).toMatchObject({ promptTokens: 4, cached: 0 });
    expect(lengthsOf(await first)).toEqual([1, 2, 1]);
    expect(await second).toMatchObject({ promptTokens: 5, cached: 0 });
  });

  it("go apart with another model, or other options", async () => {
    const { embed, made, nth } = setUpEmbedder();
    const asked = [
      embed("a"),
      embed("a", { model: "other" }),
      embed("a", { dimensions: 64 }),
      embed("a", { mayTruncate: false }),
    ];
    await gathered();
    expect(made.map(({ options }) => options)).toEqual([
      { model: "mini", dimensions: undefined },
      { model: "other", dimensions: undefined },
      { model: "mini", dimensions: 64 },
      { model: "mini", dimensions: undefined },
    ]);
    for (const index of [0, 1, 2, 3]) await nth(index).answer();
    await Promise.all(asked);
  });

  it("are told how long their call waited", async () => {
    const { embed, nth } = setUpEmbedder();
    const records = [new CallRecord(), new CallRecord()];
    const asked = records.map((record, i) => embed(`text ${i}`, { record }));
    await gathered();
    await nth(0).answer({ queueMs: 7, loadMs: 0 });
    await Promise.all(asked);
    // With the 3 ms that they have waited for each other.
    for (const record of records) expect(record).toMatchObject({ queueMs: 10, loadMs: 0 });
  });
});

describe("a large request", () => {
  const many = (count: number): string[] =>
    Array.from({ length: count }, (_, i) => "x".repeat(i + 1));

  it("is split, two calls at a time, and its order kept", async () => {
    const { embed, made, nth } = setUpEmbedder();
    const texts = many(200);
    const record = new CallRecord();
    const asked = embed(texts, { record });
    await settled();
    expect(made.map((call) => call.texts.length)).toEqual([64, 64]);
    await nth(1).answer();
    expect(made.map((call) => call.texts.length)).toEqual([64, 64, 64]);
    await nth(0).answer();
    await gathered();
    expect(made.map((call) => call.texts.length)).toEqual([64, 64, 64, 8]);
    await nth(3).answer();
    await nth(2).answer({ queueMs: 3 });
    expect(lengthsOf(await asked)).toEqual(texts.map(({ length }) => length));
    expect(record.queueMs).toBe(3);
  });

  it("is split by bytes, and a text beyond them goes alone", async () => {
    const { embed, made, nth } = setUpEmbedder();
    const texts = ["ä".repeat(60_000), "b".repeat(140_000), "c".repeat(1_000_000), "d"];
    const asked = embed(texts);
    await settled();
    const lengths = () => made.map((call) => call.texts.map(({ length }) => length));
    expect(lengths()).toEqual([[60_000, 140_000], [1_000_000]]);
    await nth(0).answer();
    await gathered();
    expect(lengths().at(-1)).toEqual([1]);
    await nth(1).answer();
    await nth(2).answer();
    expect(lengthsOf(await asked)).toEqual([60_000, 140_000, 1_000_000, 1]);
  });

  it("holds up nobody who comes with it", async () => {
    const { embed, made, nth } = setUpEmbedder();
    const light = embed("light", { tenant: "bob" });
    await settled();
    const heavy = embed(many(64));
    await settled();
    expect(made.map(({ tenant, texts }) => [tenant, texts.length])).toEqual([
      ["bob", 1],
      ["ada", 64],
    ]);
    await nth(0).answer();
    expect(lengthsOf(await light)).toEqual([5]);
    await nth(1).answer();
    await heavy;
  });

  it("that fails starts no further calls, and calls off those under way", async () => {
    const { embed, made, nth, embedder } = setUpEmbedder();
    const asked = embed(many(300));
    await settled();
    await nth(0).fail(new ServiceError("upstream_unavailable", "away"));
    await expect(asked).rejects.toMatchObject({ code: "upstream_unavailable" });
    await gathered();
    expect(made).toHaveLength(2);
    expect(nth(1).isCalledOff()).toBe(true);
    expect(embedder.size).toBe(0);
  });
});

describe("the cache", () => {
  it("answers a text without a call, with the tokens it had", async () => {
    const { embed, made, nth, embedder } = setUpEmbedder();
    const first = embed("hello");
    await gathered();
    await nth(0).answer();
    await first;
    const record = new CallRecord();
    const again = await embed(["hello", "hello"], { record });
    expect(again).toMatchObject({ promptTokens: 10, cached: 2 });
    expect(record.queueMs).toBeUndefined();
    expect(again.vectors[0]).toBe((await first).vectors[0]);
    expect(made).toHaveLength(1);
    expect(embedder.stats()).toMatchObject({ size: 1, hits: 1, misses: 1 });
  });

  it("is asked for the rest alone when a part is kept", async () => {
    const { embed, made, nth } = setUpEmbedder();
    void embed("bb");
    await gathered();
    await nth(0).answer();
    const asked = embed(["a", "bb", "ccc"]);
    await gathered();
    expect(nth(1).texts).toEqual(["a", "ccc"]);
    await nth(1).answer();
    expect(lengthsOf(await asked)).toEqual([1, 2, 3]);
    expect((await asked).cached).toBe(1);
    expect(made).toHaveLength(2);
  });

  it.each([
    [
      "the model's digest is another",
      (set: ReturnType<typeof setUpEmbedder>) => void set.digests.set("mini", "2"),
      {},
    ],
    ["dimensions are asked for", () => {}, { dimensions: 64 }],
  ])("does not answer when %s", async (_when, change, request) => {
    const set = setUpEmbedder();
    void set.embed("a");
    await gathered();
    await set.nth(0).answer();
    change(set);
    void set.embed("a", request);
    await gathered();
    expect(set.made).toHaveLength(2);
    await set.nth(1).answer();
  });

  it("keeps nothing while nobody knows which model it is", async () => {
    const { embed, made, nth, seen, digests } = setUpEmbedder();
    digests.clear();
    for (const index of [0, 1]) {
      seen.digestFails = index === 1;
      const asked = embed("a");
      await gathered();
      await nth(index).answer();
      await asked;
    }
    expect(made).toHaveLength(2);
  });

  it("may be off", async () => {
    const { embed, made, nth, embedder } = setUpEmbedder({ caches: false });
    for (const index of [0, 1]) {
      const asked = embed("a");
      await gathered();
      await nth(index).answer();
      await asked;
    }
    expect(made).toHaveLength(2);
    expect(embedder.stats()).toBeUndefined();
  });
});

describe("a call that is refused", () => {
  it.each(["invalid_request", "prompt_too_large"] as const)(
    "as %s is tried again for each request, so that one bad text fails alone",
    async (code) => {
      const { embed, made, nth } = setUpEmbedder();
      const mayTruncate = false;
      const [good, bad, other] = [
        embed(["a", "bb"], { mayTruncate }),
        embed("bad", { mayTruncate }),
        embed("dddd", { tenant: "bob", mayTruncate }),
      ];
      await gathered();
      await nth(0).fail(refused(code));
      expect(textsOf(made).slice(1)).toEqual([["a", "bb"], ["bad"]]);
      await nth(2).fail(refused(code));
      await expect(bad).rejects.toMatchObject({ code, message: "too long" });
      expect(nth(3)).toMatchObject({ texts: ["dddd"], tenant: "bob" });
      await nth(3).answer();
      await nth(1).answer();
      expect(lengthsOf(await good)).toEqual([1, 2]);
      expect(lengthsOf(await other)).toEqual([4]);
      expect(made).toHaveLength(4);
    },
  );

  it("of one request fails it without more calls", async () => {
    const { embed, made, nth, embedder } = setUpEmbedder();
    const asked = embed(["a", "bad"]);
    await gathered();
    await nth(0).fail(refused());
    await expect(asked).rejects.toMatchObject({ code: "invalid_request" });
    await gathered();
    expect([made.length, embedder.size]).toEqual([1, 0]);
  });

  it("is tried again for a text of it that another request waits for", async () => {
    const { embed, made, nth } = setUpEmbedder();
    const bad = embed(["a", "bad"]);
    await gathered();
    const good = embed("a");
    await settled();
    await nth(0).fail(refused());
    await expect(bad).rejects.toMatchObject({ code: "invalid_request" });
    expect(textsOf(made)).toEqual([["a", "bad"], ["a"]]);
    await nth(1).answer();
    expect(lengthsOf(await good)).toEqual([1]);
  });

  it("by a server that is away fails all", async () => {
    const { embed, made, nth } = setUpEmbedder();
    const asked = [embed("a"), embed("b")];
    await gathered();
    await nth(0).fail(new ServiceError("upstream_unavailable", "away"));
    for (const one of asked) {
      await expect(one).rejects.toMatchObject({ code: "upstream_unavailable" });
    }
    expect(made).toHaveLength(1);
  });
});

describe("a client that leaves", () => {
  it("takes its text out of what is gathered, and its call is never made", async () => {
    const { embed, embedAndLeave, made, nth, embedder } = setUpEmbedder();
    const leaving = embedAndLeave("a");
    const staying = embed("b");
    await settled();
    leaving.leave();
    await expect(leaving.asked).rejects.toThrow("the client left");
    await gathered();
    expect(textsOf(made)).toEqual([["b"]]);
    await nth(0).answer();
    await staying;
    const last = embedAndLeave("c");
    await settled();
    last.leave();
    await gathered();
    expect([made.length, embedder.size]).toEqual([1, 0]);
  });

  it("ends the call only when all have left", async () => {
    const { embedAndLeave, nth, deadlines, embedder } = setUpEmbedder();
    const clients = [embedAndLeave(["a", "b"]), embedAndLeave("c"), embedAndLeave("b")];
    await gathered();
    for (const { leave } of clients.slice(0, 2)) leave();
    await settled();
    expect(nth(0).isCalledOff()).toBe(false);
    clients[2]?.leave();
    await settled();
    expect(nth(0).isCalledOff()).toBe(true);
    for (const { asked } of clients) await expect(asked).rejects.toThrow("the client left");
    expect([embedder.size, deadlines.size]).toEqual([0, 0]);
  });

  it("leaves its text to the one who has joined it, and to the cache", async () => {
    const { embed, embedAndLeave, made, nth } = setUpEmbedder();
    const leaving = embedAndLeave(["a", "bb"]);
    await gathered();
    const joined = embed("a");
    await settled();
    leaving.leave();
    await nth(0).answer();
    expect(lengthsOf(await joined)).toEqual([1]);
    expect((await embed("a")).cached).toBe(1);
    expect(made).toHaveLength(1);
  });

  it("is not joined on its way out: who comes then has a call of his own", async () => {
    const { embed, embedAndLeave, made, nth } = setUpEmbedder();
    const leaving = embedAndLeave("a");
    await gathered();
    leaving.leave();
    const next = embed("a");
    await gathered();
    expect(made).toHaveLength(2);
    await nth(1).answer();
    expect(lengthsOf(await next)).toEqual([1]);
  });

  it("is let go while the server is asked for the model's digest", async () => {
    const { embedAndLeave, made, seen, deadlines } = setUpEmbedder();
    seen.digestHangs = true;
    const { asked, leave } = embedAndLeave("a");
    await settled();
    leave();
    await expect(asked).rejects.toThrow("the client left");
    expect([made.length, deadlines.size]).toEqual([0, 0]);
  });

  it("before it has asked makes nothing", async () => {
    const { embed, made, deadlines } = setUpEmbedder();
    const signal = AbortSignal.abort(new Error("gone"));
    await expect(embed("a", { signal })).rejects.toThrow("gone");
    await gathered();
    expect([made.length, deadlines.size]).toEqual([0, 0]);
  });
});

describe("a request's hard stop", () => {
  it("counts what it has lived, and ends it alone", async () => {
    const { embed, nth } = setUpEmbedder();
    const old = embed("a", { elapsedMs: HARD_STOP_MS - 1000 });
    const fresh = embed("b");
    await gathered();
    await vi.advanceTimersByTimeAsync(1100);
    await expect(old).rejects.toMatchObject({
      code: "request_timeout",
      message: "The request took longer than 120 s and was stopped",
    });
    expect(nth(0).isCalledOff()).toBe(false);
    await nth(0).answer();
    expect(lengthsOf(await fresh)).toEqual([1]);
  });
});
