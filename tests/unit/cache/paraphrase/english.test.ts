import { describe, expect, it } from "vitest";

import { isComparable } from "../../../../src/cache/paraphrase/judge.ts";

describe("isComparable", () => {
  it.each([
    "How do I sort a dictionary by value in Python?",
    "WHY IS THE SKY BLUE?",
    "It’s late and I’m out. What should I do?",
    "My son has had a fever of 39 degrees for 2 days. Should I see a doctor?",
  ])("takes English: %s", (text) => {
    expect(isComparable(text)).toBe(true);
  });

  it.each([
    ["too few small words", "Population of Iceland"],
    ["no words at all", "2 + 2 = ?"],
    ["German", "Was ist die Hauptstadt von Island?"],
    ["Portuguese, with English-looking words", "Como faço para do a as no me do a?"],
    ["what is not plain", "What is the size of the 🎉?"],
    ["what is about words", "What is the plural of the word ox?"],
    ["fewer than a fifth", "the of alpha beta gamma delta epsilon zeta eta theta iota kappa"],
  ])("leaves %s to exact hits", (_, text) => {
    expect(isComparable(text)).toBe(false);
  });

  it("leaves a text beyond what the model reads to exact hits", () => {
    const sentence = "What is the best way to get from the station to the museum? ";
    expect(isComparable(sentence.repeat(10))).toBe(true);
    expect(isComparable(sentence.repeat(30))).toBe(false);
  });
});
