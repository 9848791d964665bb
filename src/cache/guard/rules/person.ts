import type { Rule } from "./rule.ts";

/** "That I failed" is not "that they failed", though either pronoun may be left out where it is plain. */
export const person: Rule = {
  name: "person",
  allows: ({ alignment }) =>
    alignment.pairs.every(
      ({ a, b }) => a.subject === "" || b.subject === "" || a.subject === b.subject,
    ),
};
