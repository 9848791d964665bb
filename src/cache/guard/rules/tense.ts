import type { Reading } from "../reading.ts";
import type { Unit } from "../units.ts";
import type { Case, Rule } from "./rule.ts";

const isPastForm = (unit: Unit): boolean =>
  unit.form === "ed" || unit.form === "past" || unit.form === "participle";

/** A past form that "is" does not make present. */
const hasPastForm = (text: Reading): boolean =>
  text.units.some((unit) => isPastForm(unit) && unit.helper !== "present");

/** The text is in the past for certain: "was", "did", or a past form of what the other text has in the present. */
function isPast(text: Reading, mine: readonly Unit[], theirs: readonly Unit[]): boolean {
  if (text.tenses.has("past")) return true;
  return mine.some((unit, at) => {
    const other = theirs[at];
    return (
      unit.helper === "" &&
      isPastForm(unit) &&
      other !== undefined &&
      !isPastForm(other) &&
      other.prep !== "if_i"
    );
  });
}

function sameTime({ a, b, alignment }: Case): boolean {
  const ofA = alignment.pairs.map((pair) => pair.a);
  const ofB = alignment.pairs.map((pair) => pair.b);
  const pastA = isPast(a, ofA, ofB);
  const pastB = isPast(b, ofB, ofA);
  // "Who wrote it" has no "was", "by whom was it written" has one: a past form is sign enough.
  if (pastA && !pastB)
    return hasPastForm(b) && (!b.tenses.has("present") || a.tenses.has("present"));
  if (pastB && !pastA)
    return hasPastForm(a) && (!a.tenses.has("present") || b.tenses.has("present"));
  return true;
}

/** "I pushed" and "I have pushed" tell the same; "is replaced" and "has been replaced" do not. */
function samePerfect({ a, b, alignment }: Case): boolean {
  if (a.tenses.has("perfect") === b.tenses.has("perfect")) return true;
  const pairs = alignment.pairs.filter((pair) => isPastForm(pair.a) && isPastForm(pair.b));
  return (
    pairs.length > 0 &&
    pairs.every(
      ({ a: x, b: y }) =>
        !(x.helper === "present" || y.helper === "present") || x.helper === y.helper,
    )
  );
}

/** "Is governed" and "was governed", "governed": both have a past form, only one is past. */
function samePassive({ alignment }: Case): boolean {
  return alignment.pairs
    .filter(({ a, b }) => isPastForm(a) && isPastForm(b))
    .every(
      ({ a, b }) =>
        (a.helper === "present") === (b.helper === "present") ||
        [a, b].some(({ helper }) => helper === "none"),
    );
}

/** Who is, who was, who will be, who has been. */
export const tense: Rule = {
  name: "tense",
  allows: (texts) =>
    sameTime(texts) &&
    samePassive(texts) &&
    texts.a.tenses.has("future") === texts.b.tenses.has("future") &&
    samePerfect(texts),
};
