import { punctuation } from "../../../../../src/cache/guard/rules/punctuation.ts";
import { describeRule } from "../table.ts";

describeRule(punctuation, {
  passes: [
    [
      "How do I descale a kettle — and how often should I do that?",
      "How do I descale a kettle, and how often should I do that?",
    ],
    ["How do I grow basil indoors ?", "How do I grow basil indoors?"],
  ],
  refuses: [
    ["What is price - earnings for?", "What is price: earnings for?"],
    ["How do I type ; on a Mac keyboard?", "How do I type : on a Mac keyboard?"],
    ["How do I type - on a Mac keyboard?", "How do I type — on a Mac keyboard?"],
    ["What is the ? operator in JavaScript?", "What is the ?? operator in JavaScript?"],
    ["What does !! mean in Bash?", "What does .. mean in Bash?"],
    ["What does the ! symbol mean in maths?", "What does the : symbol mean in maths?"],
  ],
});
