import { expect, it } from "vitest";
import { turnsBefore } from "../../../src/scheduling/turns-before.ts";
import { WaitingRequests, type Ticket } from "../../../src/scheduling/waiting-requests.ts";
import { fakeClient } from "../../support/fake-client.ts";

function ticket(name: string, more: Partial<Ticket> = {}): Ticket {
  return {
    line: "text",
    tenant: name.slice(0, 1),
    model: "m",
    maxWaitMs: 1000,
    signal: fakeClient().signal,
    enqueuedAt: Number(name.slice(1)),
    settle: () => {},
    ...more,
  };
}

it("tells how many of its line have their turn before a request", () => {
  const names = ["a1", "a2", "a3", "b1", "c1", "b2"];
  const tickets = new Map(names.map((name) => [name, ticket(name)]));
  const seen = ticket("a0", { line: "vision" });
  const other = ticket("b0", { model: "other" });
  const waiting = new WaitingRequests();
  for (const one of [seen, ...tickets.values()]) waiting.add(one);
  const turns = { inTurn: () => ["a", "b", "c"] };
  const before = (name: string): number | undefined => {
    const one = tickets.get(name);
    return one && turnsBefore(one, waiting, turns);
  };
  expect(["a1", "b1", "c1", "a2", "b2", "a3"].map(before)).toEqual([0, 1, 2, 3, 4, 5]);
  expect(turnsBefore(seen, waiting, turns)).toBe(0);
  expect(turnsBefore(other, waiting, turns)).toBeUndefined();
  waiting.add(other);
  expect(turnsBefore(other, waiting, turns)).toBe(1);
  expect(before("b1")).toBe(4);
});
