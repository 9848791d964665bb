import { HARMLESS } from "../data/harmless.ts";
import { samePreposition } from "../prepositions.ts";
import type { Unit } from "../units.ts";
import { isChoice } from "./question-word.ts";
import { type Case, leftOver, type Rule } from "./rule.ts";

/** More of them and the sentence may say something else. */
const MAX_HARMLESS = 2;

/** "The function below" is "this function" where one is given. */
const POINTS_AT_PAYLOAD = new Set(["below", "following", "given"]);

function isHarmless(unit: Unit, texts: Case): boolean {
  if (isChoice(unit, texts)) return true;
  if (unit.kind !== "word" || unit.prep !== "") return false;
  const { a, b } = texts;
  const given = [a, b].every(({ parts }) => parts.code.length + parts.quotes.length > 0);
  return HARMLESS.has(unit.text) || (given && POINTS_AT_PAYLOAD.has(unit.text));
}

/** "Need … to own", "own … to need": two words that took each other's preposition. */
function exchanged({ alignment }: Case): boolean {
  const changes = alignment.pairs.filter(({ a, b }) => a.prep !== b.prep);
  return changes.some(({ a, b }) =>
    changes.some((other) => other.a.prep === b.prep && other.b.prep === a.prep),
  );
}

const PERSONS = new Set(["he", "she", "him"]);

/** "How can I help him?" where the other text named him in the same place; never "he" for "she". */
function onlyOneSays({ alignment }: Case): boolean {
  const said = (units: readonly Unit[]): boolean => units.some((unit) => PERSONS.has(unit.text));
  return !(said(alignment.onlyA) && said(alignment.onlyB));
}

/** "If I sue him", "if I am sued": the pronoun is what the passive left out. */
const isPassive = (unit: Unit): boolean =>
  /^(?:ed|participle)$/.test(unit.form) && unit.helper !== "" && unit.helper !== "perfect";
function onlyOnePassive({ a, b, alignment }: Case): boolean {
  const left = [...alignment.onlyA, ...alignment.onlyB];
  return (
    left.some(({ text }) => PERSONS.has(text)) &&
    a.units.some(isPassive) !== b.units.some(isPassive)
  );
}

/** A harmless word on either side may be one in place of the other ("need" for "own"): only one may add. */
const bothSay = ({ alignment }: Case): boolean =>
  alignment.onlyA.length > 0 && alignment.onlyB.length > 0;

/** Whatever is left over in one text must be known to be harmless; so must a change of preposition. */
export const wording: Rule = {
  name: "wording",
  allows: (texts) =>
    leftOver(texts).every(
      (unit) => isHarmless(unit, texts) || (PERSONS.has(unit.text) && unit.prep === ""),
    ) &&
    !exchanged(texts) &&
    onlyOneSays(texts) &&
    !onlyOnePassive(texts) &&
    !bothSay(texts) &&
    leftOver(texts).length <= MAX_HARMLESS &&
    texts.alignment.pairs.every(({ a, b }) => a.prep === b.prep || samePreposition(a, b, texts)),
};
