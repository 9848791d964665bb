import { describe, expect, it } from "vitest";
import { SizedCache } from "../../sized-cache.ts";

describe("SizedCache", () => {
  it("lets go of what was used longest ago when it grows too large in all", () => {
    const cache = new SizedCache<string>(10);
    cache.set("a", "A", 4);
    cache.set("b", "B", 4);
    expect(cache.get("a")).toBe("A");
    cache.set("c", "C", 4);
    expect(["a", "b", "c"].map((key) => cache.get(key))).toEqual(["A", undefined, "C"]);
  });

  it("keeps nothing that is larger than all of it, and counts a new value anew", () => {
    const cache = new SizedCache<string>(10);
    cache.set("small", "s", 9);
    cache.set("large", "l", 11);
    expect([cache.get("small"), cache.get("large")]).toEqual(["s", undefined]);
    for (let round = 0; round < 5; round += 1) cache.set("small", "s", 2);
    cache.set("other", "o", 8);
    expect([cache.get("small"), cache.get("other")]).toEqual(["s", "o"]);
    cache.delete("small");
    cache.delete("small");
    cache.set("third", "t", 2);
    expect(cache.get("other")).toBe("o");
  });
});
