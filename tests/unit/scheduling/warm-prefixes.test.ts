import { describe, expect, it } from "vitest";
import { WarmPrefixes } from "../../../src/scheduling/warm-prefixes.ts";

const of = (prefix: number | undefined, tenant = "a", model = "m") => ({ tenant, model, prefix });

describe("the beginnings that a server has in memory", () => {
  it("are those of the requests that ended last, as many as it has places", () => {
    const warm = new WarmPrefixes();
    for (const prefix of [1, 2, 3]) warm.ended(of(prefix), 2);
    expect([1, 2, 3].map((prefix) => warm.has(of(prefix)))).toEqual([false, true, true]);
  });

  it("are its own tenant's and model's", () => {
    const warm = new WarmPrefixes();
    warm.ended(of(1), 2);
    expect(warm.has(of(1, "b"))).toBe(false);
    expect(warm.has(of(1, "a", "n"))).toBe(false);
    expect(warm.has(of(undefined))).toBe(false);
  });

  it("go to the request that begins alike, else the one used longest ago goes", () => {
    const warm = new WarmPrefixes();
    for (const prefix of [1, 2]) warm.ended(of(prefix), 2);
    warm.began(of(2), 2);
    expect([1, 2].map((prefix) => warm.has(of(prefix)))).toEqual([true, false]);
    warm.began(of(undefined), 1);
    expect(warm.has(of(1))).toBe(false);
  });

  it("stay while a place is free that was never used", () => {
    const warm = new WarmPrefixes();
    warm.ended(of(1), 2);
    warm.began(of(2), 2);
    expect(warm.has(of(1))).toBe(true);
    warm.began(of(3), 1);
    expect(warm.has(of(1))).toBe(false);
  });

  it("are overwritten by prompts of which nothing is known", () => {
    const warm = new WarmPrefixes();
    warm.ended(of(1), 1);
    warm.ended(of(undefined), 1);
    expect(warm.has(of(1))).toBe(false);
  });

  it("are gone with their model, and with the server", () => {
    const warm = new WarmPrefixes();
    for (const model of ["m", "n"]) warm.ended(of(1, "a", model), 1);
    warm.forget("m");
    expect(warm.has(of(1))).toBe(false);
    expect(warm.has(of(1, "a", "n"))).toBe(true);
    warm.reset();
    expect(warm.has(of(1, "a", "n"))).toBe(false);
  });
});
