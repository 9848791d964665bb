import { type Case, sameList } from "./rule.ts";

/** Quotations and the text a task is about must be equal to the letter, in the same order. */
export const quoted = {
  name: "quoted",
  allows: ({ a, b }: Pick<Case, "a" | "b">) =>
    sameList(a.parts.quotes, b.parts.quotes) && a.parts.subject === b.parts.subject,
};
