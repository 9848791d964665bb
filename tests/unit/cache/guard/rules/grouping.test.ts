import { grouping } from "../../../../../src/cache/guard/rules/grouping.ts";
import { describeRule } from "../table.ts";

describeRule(grouping, {
  passes: [
    ["What is (8 + 4) / 2?", "What's (8+4)/2?"],
    ["How much is (8 plus 4) divided by 2?", "how much is (8 plus 4) divided by 2"],
    [
      "Which regex matches a US ZIP code (five digits)?",
      "Which regex matches a US ZIP code, five digits?",
    ],
    ["In Word, how do I print a page?", "in Word how do i print a page"],
    [
      "Is it okay to eat rice (or pasta) and beans?",
      "Do you know whether it is okay to eat rice (or pasta) and beans?",
    ],
  ],
  refuses: [
    [
      "I got married. In Germany, do I pay less tax?",
      "I got married in Germany. Do I pay less tax?",
    ],
    ["I own a house. In Spain how do I sell it?", "I own a house in Spain. How do I sell it?"],
    ["Is it 8 plus 4 divided by 2?", "Is it (8 plus 4) divided by 2?"],
    ["What is twice (the sum of 4 and 5)?", "What is (twice the sum of 4) and 5?"],
    [
      "How do I find users who are (active or new) and paid?",
      "How do I find users who are active or (new and paid)?",
    ],
    [
      "How do I find users who are active, or new and paid?",
      "How do I find users who are active or new, and paid?",
    ],
    [
      "Should I take (aspirin or ibuprofen) and water?",
      "Should I take aspirin or (ibuprofen and water)?",
    ],
  ],
});
