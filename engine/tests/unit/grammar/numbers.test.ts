import { expect, it } from "vitest";
import { accepts } from "../../../grammar/text/automaton.ts";
import { type SizeRange, sizeAutomaton } from "../../../grammar/text/number-automaton.ts";
import { StepBudget } from "../../../grammar/text/step-budget.ts";
import { seededRandom } from "../../../../tests/support/prng.ts";

type Case = { low: string; high: string; fraction: number; of?: number; scale?: number };

const CASES: readonly Case[] = [
  { low: "[0", high: "9]", fraction: 0 },
  { low: "[0", high: "150]", fraction: 0 },
  { low: "(99", high: "101)", fraction: 0 },
  { low: "[7", high: "1234]", fraction: 0 },
  { low: "[0", high: "1]", fraction: 3 },
  { low: "(0", high: "1)", fraction: 3 },
  { low: "[0.25", high: "10.5)", fraction: 3 },
  { low: "(0.999", high: "1.001)", fraction: 4 },
  { low: "[12.5", high: "12.5]", fraction: 2 },
  { low: "(12.5", high: "12.5)", fraction: 2 },
  { low: "[0", high: "1000]", fraction: 0, of: 7 },
  { low: "[10", high: "99]", fraction: 0, of: 25 },
  { low: "[0", high: "20]", fraction: 2, of: 25, scale: 2 },
  { low: "[0", high: "20]", fraction: 0, of: 25, scale: 1 },
];

const limit = (text: string, bracket: string) => ({
  value: Number(text.replace(/[[\]()]/, "")),
  open: text.includes(bracket),
});

it.each(CASES)("numbers from $low to $high, %j", ({ low, high, fraction, of, scale = 0 }) => {
  const range: SizeRange = {
    low: limit(low, "("),
    high: limit(high, ")"),
    fractionDigits: fraction,
    multiple: of === undefined ? undefined : { of, scale },
  };
  const automaton = sizeAutomaton(range, new StepBudget());
  const fits = (text: string) => {
    const value = Number(text);
    const above = range.low.open ? value > range.low.value : value >= range.low.value;
    const below = range.high.open ? value < range.high.value : value <= range.high.value;
    const steps = of === undefined || Math.round(value * 10 ** scale) % of === 0;
    return above && below && steps;
  };
  const random = seededRandom(11);
  const texts = Array.from({ length: 4_000 }, () => {
    const digits = 10 ** Math.floor(random() * 5);
    const value = Math.min(random() * digits, range.high.value * 2);
    return value.toFixed(Math.floor(random() * (fraction + 1)));
  });
  const accepted = (all: readonly string[]) => all.filter((text) => accepts(automaton, text));
  expect(accepted(texts)).toEqual(texts.filter(fits));
  expect(accepted(["", ".", "1.", ".5", "00", "01", "1e3", "-1"])).toEqual([]);
});
