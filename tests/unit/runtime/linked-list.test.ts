import * as fc from "fast-check";
import { expect, it } from "vitest";
import { LinkedList, type Link } from "../../../src/runtime/linked-list.ts";

it("has its members in the order in which they came, whichever are taken out", () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.nat({ max: 5 }))), (steps) => {
      const list = new LinkedList<number>();
      const links: Link<number>[] = [];
      for (const [number, takesOut] of steps.entries()) {
        if (takesOut === null) links.push(list.add(number));
        else for (const link of links.splice(takesOut, 1)) list.remove(link);
        expect([...list]).toEqual(links.map(({ member }) => member));
        expect(list.first).toBe(links[0]?.member);
        expect(list.isEmpty).toBe(links.length === 0);
      }
    }),
  );
});
