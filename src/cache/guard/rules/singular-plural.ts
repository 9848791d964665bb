import type { Reading } from "../reading.ts";
import type { Unit } from "../units.ts";
import type { Rule } from "./rule.ts";

/**
 * One thing or several: "recommend a book" is not "recommend books". Harmless where the singular stands
 * for the kind ("how does a heat pump work"), in a compound ("two-day trip", "two days"), or where the
 * -s belongs to a verb.
 */
export const singularPlural: Rule = {
  name: "singular_plural",
  allows: ({ a, b, alignment }) => {
    const asked = [...a.units, ...b.units].some((unit) =>
      /^(?:<what>|<list>|write|recommend|which|<who>)$/.test(unit.keys[0] ?? unit.text),
    );
    return alignment.pairs.every((pair) => {
      if (pair.a.kind !== "word" || (pair.a.form === "s") === (pair.b.form === "s")) return true;
      const singular = pair.a.form === "s" ? pair.b : pair.a;
      const plural = pair.a.form === "s" ? pair.a : pair.b;
      // "What does it print" and "what it prints".
      const inA = pair.a === singular;
      if (hasDo(inA ? a : b) && !hasDo(inA ? b : a)) return true;
      if (singular.form !== "plain" || plural.verb) return true;
      // "To print": a verb; "to my teacher": a noun.
      if (singular.prep === "to" && singular.article === "") return true;
      if (followsNumber(a.units, singular, plural) && followsNumber(b.units, singular, plural))
        return true;
      return !asked && plural.article !== "the" && singular.article !== "the";
    });
  },
};

const hasDo = (text: Reading): boolean =>
  text.tokens.some((token) => token.text === "does" || token.text === "did");

function followsNumber(units: readonly Unit[], x: Unit, y: Unit): boolean {
  const at = Math.max(units.indexOf(x), units.indexOf(y));
  return units[at - 1]?.kind === "number";
}
