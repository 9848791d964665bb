import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { gathered, lengthsOf, setUpEmbedder, settled, textsOf } from "./embedder-set-up.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(async () => {
  // The sweep of the deadlines ends one round after the last of them.
  await vi.advanceTimersByTimeAsync(250);
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

describe("a direct request", () => {
  it("goes at once, past those that are gathered", async () => {
    const { embed, made, nth } = setUpEmbedder();
    const queued = embed("a");
    const direct = embed("a", { direct: true });
    await settled();
    expect(made.map((call) => [call.direct, call.texts])).toEqual([[true, ["a"]]]);
    await nth(0).answer();
    expect(lengthsOf(await direct)).toEqual([1]);
    await gathered();
    await nth(1).answer();
    await queued;
  });

  it("goes with the others that come while one is under way", async () => {
    const { embed, made, nth } = setUpEmbedder();
    const asked = ["a", "bb", "ccc"].map((text) => embed(text, { direct: true }));
    await settled();
    expect(textsOf(made)).toEqual([["a"]]);
    await nth(0).answer();
    expect(textsOf(made)).toEqual([["a"], ["bb", "ccc"]]);
    await nth(1).answer();
    expect((await Promise.all(asked)).map(lengthsOf)).toEqual([[1], [2], [3]]);
  });

  it("is answered from the cache, and fills it", async () => {
    const { embed, made, nth } = setUpEmbedder();
    const direct = embed("a", { direct: true });
    await settled();
    await nth(0).answer();
    await direct;
    expect((await embed("a")).cached).toBe(1);
    expect(made).toHaveLength(1);
  });
});
