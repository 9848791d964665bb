import type { Rule } from "./rule.ts";

const OWNERS = new Set(["my", "our", "its", "their"]);

/** "My IP address" is not "an IP address", and their debts are not mine. */
export const owner: Rule = {
  name: "owner",
  allows: ({ alignment }) =>
    alignment.pairs.every(
      ({ a, b }) => a.article === b.article || !(OWNERS.has(a.article) || OWNERS.has(b.article)),
    ),
};
