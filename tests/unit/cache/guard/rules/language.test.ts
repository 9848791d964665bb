import { language } from "../../../../../src/cache/guard/rules/language.ts";
import { describeRule } from "../table.ts";

describeRule(language, {
  passes: [["How do I read a CSV file in Java?", "Do you know how I read a CSV file in Java?"]],
  refuses: [
    ["How do I read a CSV file in Java?", "How do I read a CSV file in JavaScript?"],
    [
      "Give me ten useful Danish phrases for a trip.",
      "Give me ten useful Swedish phrases for a trip.",
    ],
  ],
});
