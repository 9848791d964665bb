import { UNITS } from "../data/topics.ts";
import type { ParsedText } from "../parse.ts";
import type { Term } from "../terms.ts";
import { type Case, isIn, type Rule, sameWordsOf } from "./rule.ts";

const sameUnits = sameWordsOf("units", UNITS);

/** What stands behind each number: "5 kg and 3 lb" is not "3 kg and 5 lb". */
function behindNumbers(text: ParsedText): readonly string[] {
  const out: string[] = [];
  for (const [at, term] of text.terms.entries()) {
    if (term.kind === "number") out.push(`${term.text} ${measured(text.terms[at + 1])}`);
  }
  return out.sort();
}

const measured = (term: Term | undefined): string =>
  term !== undefined && isIn(term, UNITS) ? term.text : "";

/** Units must be the same, each with its number. */
export const units: Rule = {
  name: "units",
  allows: (texts: Case) =>
    sameUnits.allows(texts) &&
    behindNumbers(texts.a).join("|") === behindNumbers(texts.b).join("|"),
};
