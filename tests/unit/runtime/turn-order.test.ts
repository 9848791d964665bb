import { describe, expect, it } from "vitest";
import { TurnOrder } from "../../../src/runtime/turn-order.ts";

/** A line of these, each named by its tenant and a number. */
function lineOf(names: string[]): TurnOrder<string> {
  const line = new TurnOrder<string>();
  for (const name of names) line.add(name.slice(0, 1), name);
  return line;
}

/** Takes all out. */
function taken(line: TurnOrder<string>): string[] {
  const names = [];
  for (let next = line.next(); next !== undefined; next = line.next()) names.push(next);
  return names;
}

describe("TurnOrder", () => {
  it("goes round the tenants, and within one by their coming", () => {
    const line = lineOf(["a1", "a2", "a3", "b1", "c1", "b2"]);
    expect([line.size, line.of("a").length, line.of("d").length]).toEqual([6, 3, 0]);
    expect(taken(line)).toEqual(["a1", "b1", "c1", "a2", "b2", "a3"]);
    expect(line.size).toBe(0);
  });

  it("puts who comes anew behind those that are there", () => {
    const line = lineOf(["a1", "a2", "b1", "b2"]);
    expect(line.next()).toBe("a1");
    line.add("c", "c1");
    line.add("b", "b3");
    expect(taken(line)).toEqual(["b1", "a2", "c1", "b2", "b3"]);
  });

  it("tells how many have their turn before one, of those that count", () => {
    const names = ["a1", "a2", "a3", "b1", "c1", "b2"];
    const line = lineOf(names);
    const before = (name: string, counts = (_other: string) => true): number | undefined =>
      line.turnsBefore(name.slice(0, 1), name, counts);
    const order = taken(lineOf(names));
    expect(order.map((name) => before(name))).toEqual([0, 1, 2, 3, 4, 5]);
    const counts = (name: string): boolean => name !== "a1";
    expect(["a2", "b1", "c1", "a3", "b2"].map((name) => before(name, counts))).toEqual([
      0, 1, 2, 3, 4,
    ]);
    expect([before("a1", counts), before("d1")]).toEqual([undefined, undefined]);
  });

  it("forgets who no longer waits", () => {
    const line = lineOf(["a1", "a2", "b1"]);
    line.remove("a", "a1");
    line.remove("a", "a1");
    line.remove("b", "b1");
    line.remove("d", "d1");
    expect([line.size, line.of("b").length]).toEqual([1, 0]);
    expect(taken(line)).toEqual(["a2"]);
    expect(line.next()).toBeUndefined();
  });
});
