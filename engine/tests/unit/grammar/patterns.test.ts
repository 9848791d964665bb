import { describe, expect, it } from "vitest";
import { accepts } from "../../../grammar/text/automaton.ts";
import { parsePattern } from "../../../grammar/text/parse-pattern.ts";
import { patternAutomaton } from "../../../grammar/text/pattern-automaton.ts";
import { PatternError } from "../../../grammar/text/pattern-syntax.ts";
import { StepBudget } from "../../../grammar/text/step-budget.ts";
import { seededRandom } from "../../../../tests/support/prng.ts";

const PATTERNS = [
  "",
  "ab",
  "^ab",
  "ab$",
  "^ab$",
  "^$",
  "^|b$",
  "a^b",
  "a$b",
  "^(?:^a)*$",
  "a*b+c?",
  "^(a|ab)(c|bcd)?$",
  "^(?:a|b){2,3}$",
  "^a{2}b{0,1}c{1,}$",
  "(a+)+b",
  "^(a*)*$",
  "^(?:a?){3}a{3}$",
  "^[a-c]+$",
  "^[^a-c]+$",
  "^[\\]\\-a]+$",
  "^[a\\-c-]+$",
  "^\\d+$",
  "^\\D+$",
  "^\\w+\\W\\w+$",
  "^\\s?\\S+$",
  "^.+$",
  "^[\\s\\S]$",
  "^[^]?$",
  "^\\x61\\u0062\\u{63}$",
  "^\\t\\n$",
  "^(?<word>a+)b$",
  "^a+?b*?$",
  "^(?=.*a)(?=.*b).{2,4}$",
  "^(?!ab)[a-c]{1,3}$",
  "^(?!.*bb)[ab]*$",
  "a(?=b)",
  "a(?!b)",
  "^(?:a(?=b)|b(?!a)|c){1,3}$",
  "^(?!^[-+.]*$)[+-]?\\d{0,2}(?:\\.\\d)?$",
  "^(?=$)",
  "^\\p{Lu}\\p{Ll}*$",
  "^\\P{L}$",
];
const ALPHABET = Array.from("aabbccd01A_-+. \n]\t{,2Éé😀\u2028");

describe("a pattern", () => {
  it.each(PATTERNS)("/%s/u describes what JavaScript finds it in", (source) => {
    const automaton = patternAutomaton(parsePattern(source), new StepBudget());
    const random = seededRandom(3);
    const pattern = new RegExp(source, "u");
    const pick = () => ALPHABET[Math.floor(random() * ALPHABET.length)] ?? "";
    const texts = Array.from({ length: 3_000 }, () =>
      Array.from({ length: Math.floor(random() * 7) }, pick).join(""),
    );
    expect(texts.filter((text) => accepts(automaton, text))).toEqual(
      texts.filter((text) => pattern.test(text)),
    );
  });

  it("may leave braces and dashes without their backslash, as people do", () => {
    const automaton = patternAutomaton(parsePattern("^[\\w-.]{1,3}\\-x{$"), new StepBudget());
    expect(accepts(automaton, "a-.-x{")).toBe(true);
    expect(accepts(automaton, "a!-x{")).toBe(false);
  });

  it.each([
    ["[", "ends too early"],
    ["(a", "without its )"],
    ["a)", "without its ("],
    ["*a", "nothing to repeat"],
    ["a**", "repetition of a repetition"],
    ["a{3,2}", "out of order"],
    ["[b-a]", "out of order"],
    ["(?<=a)b", "behind"],
    ["(?<!a)b", "behind"],
    ["\\bword\\b", "word boundaries"],
    ["(a)\\1", "references to groups"],
    ["(?i:a)", "unknown group"],
    ["\\p{Nothing}", "unknown property"],
    ["\\z", "unknown escape"],
    ["(?:(?=a)b)*", "endless repetition"],
    ["^*", "repeated assertion"],
  ])("/%s/ is refused: %s", (source, reason) => {
    const read = () => patternAutomaton(parsePattern(source), new StepBudget());
    expect(read).toThrow(PatternError);
    expect(read).toThrow(reason);
  });
});
