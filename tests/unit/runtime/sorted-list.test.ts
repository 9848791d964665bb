import * as fc from "fast-check";
import { expect, it } from "vitest";
import { SortedList } from "../../../src/runtime/sorted-list.ts";

it("has its members in their order, whatever comes and goes", () => {
  const anyStep = fc.record({ rank: fc.nat({ max: 5 }), takesOut: fc.boolean() });
  fc.assert(
    fc.property(fc.array(anyStep), (steps) => {
      type Member = { rank: number; number: number };
      const order = (a: Member, b: Member): number => a.rank - b.rank || a.number - b.number;
      const list = new SortedList<Member>(order);
      const members: Member[] = [];
      for (const [number, { rank, takesOut }] of steps.entries()) {
        if (takesOut) {
          const [member] = members.splice(rank, 1);
          if (member) list.remove(member);
        } else {
          const member = { rank, number };
          members.push(member);
          list.add(member);
        }
        const sorted = members.toSorted(order);
        expect([...list]).toEqual(sorted);
        expect(list.first).toBe(sorted[0]);
        expect(list.size).toBe(sorted.length);
      }
    }),
  );
});

it("takes out nothing that is not there", () => {
  const list = new SortedList<number>((a, b) => a - b);
  list.add(1);
  list.remove(2);
  list.remove(0);
  expect([...list]).toEqual([1]);
});
