import type { Reading } from "../reading.ts";
import type { Rule } from "./rule.ts";

/** A method is the same for my phone and a phone; a fact is not. */
const asksForFact = (text: Reading): boolean =>
  text.units.some((unit) => /^<(?:what|define|who|when|where|list|explain)>$/.test(unit.text));

const theirs = ({ plain }: Reading): number => plain.filter(({ text }) => text === "their").length;

/** "What is my IP address" is not "what is an IP address", and their debts are not mine. */
export const owner: Rule = {
  name: "owner",
  allows: ({ a, b, alignment }) =>
    theirs(a) === theirs(b) &&
    (!(asksForFact(a) || asksForFact(b)) ||
      alignment.pairs.every(
        (pair) =>
          (pair.a.article === "my") === (pair.b.article === "my") ||
          (pair.a.article !== "a" && pair.b.article !== "a"),
      )),
};
