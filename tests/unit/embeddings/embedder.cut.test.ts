import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ServiceError } from "../../../src/errors/service-error.ts";
import { CallRecord } from "../../../src/inference/call-record.ts";
import type { MadeCall } from "./embedder-set-up.ts";
import { gathered, lengthsOf, setUpEmbedder, settled } from "./embedder-set-up.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(async () => {
  // The sweep of the deadlines ends one round after the last of them.
  await vi.advanceTimersByTimeAsync(250);
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

const tooLong = (): ServiceError => new ServiceError("prompt_too_large", "too long");

/** What each call sends, and whether that is to be cut. */
const sent = (made: MadeCall[]): [string[], boolean][] =>
  made.map(({ texts, truncate }) => [texts, truncate]);

describe("a text that is too long", () => {
  it("is sent once more to be cut, and its request is told what was read", async () => {
    const { embed, made, nth, embedder } = setUpEmbedder();
    const asked = embed("long");
    await gathered();
    await nth(0).fail(tooLong());
    expect(sent(made)).toEqual([
      [["long"], false],
      [["long"], true],
    ]);
    await nth(1).answerCut(3);
    expect(await asked).toMatchObject({ truncated: { kept: 3 }, cached: 0 });
    expect(lengthsOf(await asked)).toEqual([4]);
    expect(embedder.size).toBe(0);
  });

  it("costs nothing where all fits", async () => {
    const { embed, made, nth } = setUpEmbedder();
    const asked = embed(["a", "bb"]);
    await gathered();
    await nth(0).answer();
    expect((await asked).truncated).toBeUndefined();
    expect(sent(made)).toEqual([[["a", "bb"], false]]);
  });

  it("is cut for its own request alone, of those that were gathered", async () => {
    const { embed, made, nth } = setUpEmbedder();
    const [good, bad, other] = [embed("a"), embed(["bb", "long"]), embed("ccc", { tenant: "bob" })];
    await gathered();
    await nth(0).fail(tooLong());
    await nth(1).answer();
    await nth(2).fail(tooLong());
    expect(sent(made)).toEqual([
      [["a", "bb", "long", "ccc"], false],
      [["a"], false],
      [["bb", "long"], false],
      [["ccc"], false],
      [["bb", "long"], true],
    ]);
    await nth(3).answer();
    await nth(4).answerCut(5);
    expect(await bad).toMatchObject({ truncated: { kept: 5 } });
    expect(lengthsOf(await bad)).toEqual([2, 4]);
    for (const asked of [good, other]) expect((await asked).truncated).toBeUndefined();
  });

  it("is refused to a request that wants nothing cut", async () => {
    const { embed, made, nth, embedder } = setUpEmbedder();
    const asked = embed(["a", "long"], { mayTruncate: false });
    await gathered();
    await nth(0).fail(tooLong());
    await expect(asked).rejects.toMatchObject({ code: "prompt_too_large" });
    await gathered();
    expect([made.length, embedder.size]).toEqual([1, 0]);
  });

  it("is never shared by a request that takes a cut one and a request that does not", async () => {
    const { embed, nth } = setUpEmbedder();
    const [cut, strict] = [embed("long"), embed("long", { mayTruncate: false })];
    await gathered();
    await nth(0).fail(tooLong());
    await nth(1).fail(tooLong());
    await nth(2).answerCut(3);
    expect(await cut).toMatchObject({ truncated: { kept: 3 } });
    await expect(strict).rejects.toMatchObject({ code: "prompt_too_large" });
  });

  it("that cannot be cut either fails, without a third call", async () => {
    const { embed, made, nth, embedder } = setUpEmbedder();
    const asked = embed(["a", "long"]);
    await gathered();
    await nth(0).fail(tooLong());
    await nth(1).fail(tooLong());
    await expect(asked).rejects.toMatchObject({ code: "prompt_too_large" });
    expect([made.length, embedder.size]).toEqual([2, 0]);
  });

  it("is given up when its client leaves between the calls", async () => {
    const { embedAndLeave, nth, embedder, deadlines } = setUpEmbedder();
    const { asked, leave } = embedAndLeave(["a", "long"]);
    await gathered();
    await nth(0).fail(tooLong());
    leave();
    await expect(asked).rejects.toThrow("the client left");
    expect(nth(1).isCalledOff()).toBe(true);
    expect([embedder.size, deadlines.size]).toEqual([0, 0]);
  });
});

describe("the record of a request whose text is cut", () => {
  it("has the load that the refused call waited for, and that as no other wait", async () => {
    const { embed, nth } = setUpEmbedder();
    const record = new CallRecord();
    const asked = embed("long", { record });
    await gathered();
    await vi.advanceTimersByTimeAsync(1000);
    await nth(0).fail(tooLong(), { queueMs: 0, loadMs: 900 });
    await nth(1).answerCut(3, { queueMs: 5, loadMs: 0 });
    await asked;
    // 3 ms for other texts, 100 ms of the refused call, 5 ms for the second place.
    expect(record).toMatchObject({ queueMs: 108, loadMs: 900 });
  });
});

describe("requests that wait for the same text", () => {
  it("are all told, where it is the one that is cut", async () => {
    const { embed, made, nth } = setUpEmbedder();
    const asked = [embed("long"), embed("long")];
    await gathered();
    await nth(0).fail(tooLong());
    asked.push(embed("long"));
    await gathered();
    await nth(1).answerCut(3);
    for (const one of asked) expect(await one).toMatchObject({ truncated: { kept: 3 } });
    expect(made).toHaveLength(2);
  });

  it("are told nothing, where another text of the first is cut", async () => {
    const { embed, made, nth } = setUpEmbedder();
    const bad = embed(["a", "long"]);
    const good = embed("a");
    await gathered();
    await nth(0).fail(tooLong());
    await nth(1).answer();
    await nth(2).fail(tooLong());
    expect(sent(made).slice(1)).toEqual([
      [["a"], false],
      [["long"], false],
      [["long"], true],
    ]);
    await nth(3).answerCut(3);
    expect((await good).truncated).toBeUndefined();
    expect(await bad).toMatchObject({ truncated: { kept: 3 } });
    expect(lengthsOf(await bad)).toEqual([1, 4]);
  });

  it("do not join it in a call that cuts others", async () => {
    const { embed, made, nth, embedder } = setUpEmbedder();
    const bad = embed(["a", "long"]);
    await gathered();
    await nth(0).fail(tooLong());
    const good = embed("a");
    await gathered();
    expect(sent(made).slice(1)).toEqual([
      [["a", "long"], true],
      [["a"], false],
    ]);
    await nth(1).answerCut(4);
    await nth(2).answer();
    expect((await good).truncated).toBeUndefined();
    expect(await bad).toMatchObject({ truncated: { kept: 4 } });
    expect(embedder.size).toBe(0);
  });
});

it("a direct call's text is cut past the queue, too", async () => {
  const { embed, made, nth } = setUpEmbedder();
  const asked = embed("long", { direct: true });
  await settled();
  await nth(0).fail(tooLong());
  expect(made.map(({ direct, truncate }) => [direct, truncate])).toEqual([
    [true, false],
    [true, true],
  ]);
  await nth(1).answerCut(3);
  expect(await asked).toMatchObject({ truncated: { kept: 3 } });
});

describe("a large request", () => {
  /** Two calls' worth of texts. */
  const many = Array.from({ length: 65 }, (_, i) => "x".repeat(i + 1));

  it.each([
    ["the sum of the calls that were cut", [100, 20], 120],
    ["nothing where one of them was not counted", [100, null], null],
  ] as const)("is told %s", async (_what, counts, kept) => {
    const { embed, made, nth } = setUpEmbedder();
    const asked = embed(many);
    await gathered();
    await nth(0).fail(tooLong());
    await nth(1).fail(tooLong());
    await nth(2).answerCut(counts[0]);
    await nth(3).answerCut(counts[1]);
    expect((await asked).truncated).toEqual({ kept });
    expect(made).toHaveLength(4);
  });

  it("is told of the part that was cut", async () => {
    const { embed, nth } = setUpEmbedder();
    const asked = embed(many);
    await gathered();
    await nth(0).answer();
    await nth(1).fail(tooLong());
    await nth(2).answerCut(20);
    expect((await asked).truncated).toEqual({ kept: 20 });
  });
});

describe("the cache of vectors", () => {
  it("keeps none of a call that was cut, and says so again the next time", async () => {
    const { embed, nth, embedder } = setUpEmbedder();
    for (const [first, second] of [
      [0, 1],
      [2, 3],
    ] as const) {
      const asked = embed(["a", "long"]);
      await gathered();
      await nth(first).fail(tooLong());
      await nth(second).answerCut(4);
      expect(await asked).toMatchObject({ truncated: { kept: 4 }, cached: 0 });
    }
    expect(embedder.stats()?.size).toBe(0);
  });

  it("answers with what was read whole, whether or not long texts are refused", async () => {
    const { embed, made, nth } = setUpEmbedder();
    const first = embed("a");
    await gathered();
    await nth(0).answer();
    await first;
    const strict = await embed("a", { mayTruncate: false });
    expect(strict).toMatchObject({ cached: 1, truncated: undefined });
    expect(made).toHaveLength(1);
  });

  it("leaves the count of what was read to the texts that it does not have", async () => {
    const { embed, nth } = setUpEmbedder();
    const first = embed("a");
    await gathered();
    await nth(0).answer();
    await first;
    const asked = embed(["a", "long"]);
    await gathered();
    await nth(1).fail(tooLong());
    await settled();
    expect(nth(2).texts).toEqual(["long"]);
    await nth(2).answerCut(3);
    expect(await asked).toMatchObject({ truncated: { kept: 3 }, promptTokens: 5, cached: 1 });
  });
});
