import { describe, expect, it } from "vitest";
import { judgeTexts } from "./judge-texts.ts";

/** Below the threshold: courtesy counts there, too. */
const verdict = (asked: string, cached: string) =>
  judgeTexts(asked, cached, 0.6, { threshold: 0.8 }).ok;
const question = "How do I get red wine out of a cotton tablecloth?";
const asked = "how do I get red wine out of a cotton tablecloth";

describe("courtesy around a question", () => {
  it.each([
    `Hi there! Quick question: ${asked}?`,
    `Ok, ${asked}? Thanks in advance!`,
    `So ${asked}?`,
    `Just curious, ${asked}? Asking for a friend.`,
    "If it isn't too much bother, could you tell me how I get red wine out of a cotton tablecloth? Much obliged.",
    `Sorry to bother you, but might I ask you ${asked}? Many thanks.`,
    `Would you be so kind as to tell me ${asked}?`,
    `I would like to know ${asked}, thanks.`,
    `I want to know ${asked}`,
    `Hi, ${asked}?`,
    `${asked}, please?`,
    `I was just wondering ${asked}. Any help would be much appreciated.`,
    `Please tell me ${asked}, thanks`,
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
    ["a state of mind", "My friend is confused and crazy. What should I do?", "What should I do?"],
    [
      "a place",
      "I am new to Paris, where should I eat?",
      "I am new to London, where should I eat?",
    ],
    ["manner", "How do I treat my wife kindly?", "How do I treat my wife?"],
    ["time", "What happened to Rome then?", "What happened to Rome?"],
    ["liking", "Do cats like fish?", "Do cats eat fish?"],
    [
      "what a text is to say",
      "Write a note to my boss, so sorry.",
      "Write a note to my boss, thank you.",
    ],
    [
      "a word of an enumeration",
      "Should I turn left, right, or go straight?",
      "Should I turn left or go straight?",
    ],
    [
      "a word that is asked about",
      "How do you say hello, thanks, and please in French?",
      "How do you say hello and please in French?",
    ],
    ["a last choice", "Is it a spring, a river, or so?", "Is it a spring, a river?"],
    [
      "a word that is written",
      "How do I write please in the end?",
      "How do I write in the end please?",
    ],
    [
      "a sentence in the middle",
      "My boss wrote to me. Thank you so much. What should I answer?",
      "My boss wrote to me. What should I answer?",
    ],
    ["reasons", "Tell me whether I should quit my job.", "Tell me how I should quit my job."],
    ["a statement", "You can help me with this form.", "Can you help me with this form?"],
    ["a request for later", "Tell me if it rains in Rome.", "Does it rain in Rome?"],
  ])("but not %s", (_, one, other) => {
    expect(verdict(one, other)).toBe(false);
    expect(verdict(other, one)).toBe(false);
  });
});
