import { UNITS } from "../data/classes.ts";
import type { Reading } from "../reading.ts";
import type { Unit } from "../units.ts";
import { type Case, type Rule, sameWordsOf } from "./rule.ts";

const sameUnits = sameWordsOf("units", UNITS);

/** What stands behind each number: "5 kg and 3 lb" is not "3 kg and 5 lb". */
function behindNumbers(text: Reading): readonly string[] {
  const out: string[] = [];
  for (const [at, unit] of text.units.entries()) {
    if (unit.kind === "number") out.push(`${unit.text} ${measured(text.units[at + 1])}`);
  }
  return out.sort();
}

const measured = (unit: Unit | undefined): string => unit?.keys.find((key) => UNITS.has(key)) ?? "";

/** Units must be the same, each with its number. */
export const units: Rule = {
  name: "units",
  allows: (texts: Case) =>
    sameUnits.allows(texts) &&
    behindNumbers(texts.a).join("|") === behindNumbers(texts.b).join("|"),
};
