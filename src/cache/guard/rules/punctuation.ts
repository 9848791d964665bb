import type { Case, Rule } from "./rule.ts";

/**
 * A run of signs between two spaces: an operator, a mark that is asked about, a dash between clauses. Beside
 * a placeholder it may have been glued to what was taken out.
 */
const ALONE = /(?<=[^\p{Co}\s]\s+)[^\p{L}\p{N}\p{Co}\s]+(?=\s+[^\p{Co}\s])/gu;
/** Signs that prose puts between its parts, so that a text may do without them. A hyphen may be a minus. */
const PROSE = /^(?:--+|[–—]+|…|\.{2,}|[,;:.!?&])$/;

const signs = (prose: string): readonly string[] =>
  [...prose.matchAll(ALONE)].map(([sign]) => sign);

/** "How do I type ; on a Mac" is not "how do I type : on a Mac", and "the ?? operator" not "the ? operator". */
export const punctuation = {
  name: "punctuation",
  allows: ({ a, b }: Pick<Case, "a" | "b">) => {
    const [x, y] = [signs(a.parts.prose), signs(b.parts.prose)];
    if (x.join(" ") === y.join(" ")) return true;
    return (x.length === 0 || y.length === 0) && [...x, ...y].every((sign) => PROSE.test(sign));
  },
} satisfies Rule;
