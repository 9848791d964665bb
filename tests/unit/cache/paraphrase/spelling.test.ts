import { describe, expect, it } from "vitest";

import { SPELT_WORDS } from "../../../../src/cache/paraphrase/data/spelt-words.ts";
import { correct } from "../../../../src/cache/paraphrase/spelling.ts";
import { itJudges } from "./judge-texts.ts";

describe("correct", () => {
  it.each([
    ["differnece", "difference", "two letters swapped"],
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
    constructor __proto__ waht recieve mariage wellcome shellter ballance conosle re-form reform everyday allot`.split(
      /\s+/,
    ),
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
  itJudges({
    same: [
      [
        "What is the differnece between a virus and a cold?",
        "What is the difference between a virus and a cold?",
      ],
      ["How does the goverment of Peru work?", "How does the government of Peru work?"],
      ["Why is it neccesary tommorow?", "Why is it necessary tomorrow?"],
    ],
    different: [
      ["Where is Micheal Goverment from?", "Where is Micheal Government from?"],
      ["What are the rules of mariage?", "What are the rules of marriage?"],
      ["Is the goverment wrong?", "Is the government wrong?"],
      ["Why is documnet undefined in the browser?", "Why is document undefined in the browser?"],
      ["Is tommorow in the dictionary?", "Is tomorrow in the dictionary?"],
      ["How do I use a docuument?", "How do I use a document?"],
      ["How do I cook a penaut?", "How do I cook a walnut?"],
    ],
  });
});
