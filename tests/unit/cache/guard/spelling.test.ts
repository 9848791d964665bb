import { describe, expect, it } from "vitest";

import { SPELT_WORDS } from "../../../../src/cache/guard/data/spelt-words.ts";
import { correct } from "../../../../src/cache/guard/spelling.ts";
import { judgeTexts } from "./judge-texts.ts";

describe("correct", () => {
  it.each([
    ["waht", "what", "two letters swapped"],
    ["langauge", "language", "two letters swapped"],
    ["recomended", "recommended", "a letter of a pair missing"],
    ["begginning", "beginning", "a letter doubled"],
    ["goverment", "government", "a consonant missing"],
    ["tommorow", "tomorrow", "the doubling wrong twice"],
    ["neccesary", "necessary", "the doubling wrong twice"],
  ])("%s is meant to be %s: %s", (typed, meant) => {
    expect(correct(typed)).toBe(meant);
    expect(correct(meant)).toBe(meant);
  });

  it.each(
    `form from trail trial nitrite nitrate methanol methane hypotension inulin insulin carprofen mongo mango canva
    statin station desert dessert casual causal adsorption interstate boar daniela seperate sumer tempe lsat cascode claas adrenalone doctr printr marcell willam buyer zebra thee
    constructor __proto__ re-form reform everyday allot`.split(/\s+/),
  )("takes %s at its word", (text) => {
    expect(correct(text)).toBe(text);
  });

  it("knows no two words that are slips of each other", () => {
    const words = new Set(SPELT_WORDS);
    const swapped = SPELT_WORDS.flatMap((text) =>
      Array.from({ length: text.length - 3 }, (_, at) => {
        const [x = "", y = ""] = text.slice(at + 1);
        return text.slice(0, at + 1) + y + x + text.slice(at + 3);
      }).filter((typed) => typed !== text && words.has(typed)),
    );
    expect(swapped).toEqual([]);
  });
});

describe("a mistyped question", () => {
  const verdict = (asked: string, cached: string) =>
    judgeTexts(asked, cached, 0.6, { threshold: 0.8 }).ok;

  it.each([
    ["waht langauge do people in Peru speak?", "What language do people in Peru speak?"],
    [
      "What is the differnece between a virus and a cold?",
      "What is the difference between a virus and a cold?",
    ],
    [
      "pls tell me how i can recieve a letter from Rome, thx",
      "How can I receive a letter from Rome?",
    ],
  ])("%s is %s", (asked, cached) => {
    expect(verdict(asked, cached)).toBe(true);
    expect(verdict(cached, asked)).toBe(true);
  });

  it.each([
    [
      "names are never corrected",
      "Where was Micheal born in Ireland?",
      "Where was Michael born in Ireland?",
    ],
    ["nor is code", "What does `lenght` do in a loop?", "What does `length` do in a loop?"],
    ["nor are options", "What does --recusrive do in grep?", "What does --recursive do in grep?"],
    ["nor a word that is asked about", "Is recieve the right word?", "Is receive the right word?"],
    ["a slip of two words", "How do I cook a penaut?", "How do I cook a walnut?"],
  ])("%s", (_, asked, cached) => {
    expect(verdict(asked, cached)).toBe(false);
    expect(verdict(cached, asked)).toBe(false);
  });
});
