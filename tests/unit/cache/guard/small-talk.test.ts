import { describe, expect, it } from "vitest";

import { judge } from "../../../../src/cache/guard/guard.ts";

const verdict = (asked: string, cached: string) =>
  judge(asked, cached, 0.9, { threshold: 0.95 }).ok;
const question = "How do I get red wine out of a cotton tablecloth?";
const asked = "how do I get red wine out of a cotton tablecloth";

describe("what is said around a question", () => {
  it.each([
    `Right, well, quick question I guess: ${asked} anyway?`,
    `ok so this is probably a silly one lol but ${asked}`,
    `Oh man, so yeah, ${asked}?`,
    `Not gonna lie, I really have no clue here: ${asked}?`,
    `Hmm, let me think... ${asked}?`,
    `Just curious, ${asked}? Asking for a friend.`,
    `If it isn't too much bother, could you tell me ${asked}? Much obliged.`,
    `Sorry to bother you, but might I ask ${asked}? Thank you ever so much.`,
    `When you get a chance, would you be so kind as to tell me ${asked}?`,
    `I'd be most grateful if you could explain ${asked}. I really appreciate it!`,
    `I was just wondering ${asked}. Any help would be much appreciated.`,
    `How do I, you know, get red wine out of, like, a cotton tablecloth?`,
  ])("is left out: %s", (text) => {
    expect(verdict(text, question)).toBe(true);
    expect(verdict(question, text)).toBe(true);
  });

  it.each([
    [
      "what restricts",
      "I only have salt, how do I get red wine out of a cotton tablecloth?",
      question,
    ],
    [
      "what is lacking",
      "I have no salt. How do I get red wine out of a cotton tablecloth?",
      question,
    ],
    [
      "a place",
      "I am new to Paris, where should I eat?",
      "I am new to London, where should I eat?",
    ],
    ["kinds", "What kind of dog is best for a flat?", "What dog is best for a flat?"],
    ["liking", "Do cats like fish?", "Do cats eat fish?"],
    ["even numbers", "How do even numbers work?", "How do numbers work?"],
    [
      "what a text is to say",
      "Write a note to my boss, so sorry.",
      "Write a note to my boss, thank you.",
    ],
    ["reasons", "Tell me whether I should quit my job.", "Tell me how I should quit my job."],
  ])("but not %s", (_, one, other) => {
    expect(verdict(one, other)).toBe(false);
    expect(verdict(other, one)).toBe(false);
  });
});
