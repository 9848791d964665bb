import { quantifier } from "../../../../../src/cache/guard/rules/quantifier.ts";
import { describeRule } from "../table.ts";

describeRule(quantifier, {
  passes: [
    [
      "Give me a few tips for taking photos.",
      "Could you please give me a few tips for taking photos?",
    ],
    [
      "Is it true that most Canadians speak French?",
      "Do you know if it is true that most Canadians speak French?",
    ],
  ],
  refuses: [
    ["Do all snakes lay eggs?", "Do any snakes lay eggs?"],
    [
      "How do I remove all blank lines from a file?",
      "How do I remove just the blank lines from a file?",
    ],
    [
      "Use a password of at least 12 characters. Why?",
      "Use a password of at most 12 characters. Why?",
    ],
    ["What does each do in JavaScript?", "What does every do in JavaScript?"],
  ],
});
