import type { Unit } from "../units.ts";
import type { Rule } from "./rule.ts";

const says = (units: readonly Unit[]): boolean => units.some(({ text }) => /^s?he$/.test(text));

/** "That I failed" is not "that they failed", though either pronoun may be left out where it is plain. */
export const person: Rule = {
  name: "person",
  allows: ({ alignment }) =>
    alignment.pairs.every(
      ({ a, b }) => a.subject === "" || b.subject === "" || a.subject === b.subject,
    ) &&
    // "I quit" against "he quit": the pronoun that one of them says more must not take the other's place.
    !alignment.pairs.some(
      ({ a, b }) =>
        (a.subject === "speaker" && b.subject === "" && says(alignment.onlyB)) ||
        (b.subject === "speaker" && a.subject === "" && says(alignment.onlyA)),
    ),
};
