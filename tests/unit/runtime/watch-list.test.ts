import { describe, expect, it } from "vitest";
import { WatchList } from "../../../src/runtime/watch-list.ts";

function membersOf(list: WatchList<string>): string[] {
  const members: string[] = [];
  list.forEach((seat) => members.push(seat.member));
  return members;
}

describe("WatchList", () => {
  it("has what was added and not taken out, whatever the order", () => {
    const list = new WatchList<string>();
    const [a, b, c] = ["a", "b", "c"].map((member) => list.add(member));
    if (!a || !b || !c) throw new Error("not added");
    expect(list.remove(a)).toBe(true);
    expect(list.remove(a), "it has gone").toBe(false);
    expect(membersOf(list).toSorted()).toEqual(["b", "c"]);
    expect(list.remove(c)).toBe(true);
    expect(list.remove(b)).toBe(true);
    expect([list.size, membersOf(list)]).toEqual([0, []]);
    list.add("d");
    expect(membersOf(list)).toEqual(["d"]);
  });

  it("keeps what a thousand comings and goings leave", () => {
    const list = new WatchList<number>();
    const expected = new Set<number>();
    const seats = Array.from({ length: 1000 }, (_, i) => list.add(i));
    for (const seat of seats) expected.add(seat.member);
    for (const seat of seats.filter(({ member }) => (member * 7919) % 3 !== 0)) {
      list.remove(seat);
      expected.delete(seat.member);
    }
    const left = new Set<number>();
    list.forEach(({ member }) => left.add(member));
    expect(left).toEqual(expected);
    expect(list.size).toBe(expected.size);
  });

  it("shows each one that stays once, while the shown ones go", () => {
    const list = new WatchList<number>();
    for (let i = 0; i < 10; i += 1) list.add(i);
    const shown: number[] = [];
    list.forEach((seat) => {
      shown.push(seat.member);
      if (seat.member % 2 === 0) list.remove(seat);
    });
    expect(shown.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect(list.size).toBe(5);
  });

  it("ends although one that is shown adds another", () => {
    const list = new WatchList<number>();
    list.add(0);
    let shown = 0;
    list.forEach((seat) => {
      shown += 1;
      list.remove(seat);
      if (shown < 5) list.add(shown);
    });
    expect([shown, list.size]).toEqual([5, 0]);
  });
});
