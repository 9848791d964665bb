import { expect, it } from "vitest";
import { ModelPairs } from "../../../src/models/model-pairs.ts";

it("what was seen last of two models holds, whichever is named first", () => {
  const pairs = new ModelPairs();
  expect(pairs.areKnown("a", "b")).toBe(false);
  pairs.saw("a", "b", "apart");
  expect([pairs.areKnown("b", "a"), pairs.areApart("b", "a")]).toEqual([true, true]);
  pairs.saw("b", "a", "together");
  expect([pairs.areKnown("a", "b"), pairs.areApart("a", "b")]).toEqual([true, false]);
  pairs.reset();
  expect(pairs.areKnown("a", "b")).toBe(false);
});

it("forgets the oldest pair of more than 1000; one that is seen again is none of them", () => {
  const pairs = new ModelPairs();
  for (let i = 0; i < 1000; i += 1) pairs.saw("a", `b${i}`, "apart");
  pairs.saw("a", "b0", "apart");
  pairs.saw("a", "new", "apart");
  const known = ["b0", "b1", "b2", "new"].map((other) => pairs.areKnown("a", other));
  expect(known).toEqual([true, false, true, true]);
});
