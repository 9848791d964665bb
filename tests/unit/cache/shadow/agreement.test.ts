import { expect, it } from "vitest";
import { negationsAgree, numbersAgree } from "../../../../src/cache/shadow/agreement.ts";

it.each([
  ["It is 1,000 m.", "1000 metres", true],
  ["two of 3", "3 out of 2", true],
  ["It costs 2.50", "It costs 2.5", false],
  ["ten", "12", false],
  ["none at all", "", true],
  ["one day", "a day", true],
  ["version 1.2.3", "version 1.2.4", false],
])("compares the numbers of %j and %j", (a, b, agree) => {
  expect([numbersAgree(a, b), numbersAgree(b, a)]).toEqual([agree, agree]);
});

it.each([
  ["You should take it.", "You should not take it.", false],
  ["You shouldn’t.", "Never do.", true],
  ["Take it.", "Do take it", true],
  ["It can't be done", "It can be done", false],
  ["a knot, nothing else", "a knot", false],
])("compares the negations of %j and %j", (a, b, agree) => {
  expect([negationsAgree(a, b), negationsAgree(b, a)]).toEqual([agree, agree]);
});
