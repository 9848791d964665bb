import { quoted } from "../../../../../src/cache/guard/rules/quoted.ts";
import { describeRule } from "../table.ts";

describeRule(quoted, {
  passes: [
    [
      'Correct the grammar: "He have two dogs."',
      "Could you correct the grammar: “He have two dogs.”",
    ],
    [
      "Summarize this review in five words: The ear pads wore out after a month.",
      "The ear pads wore out after a month. Summarize this review in five words.",
    ],
  ],
  refuses: [
    [
      'Reply to this customer: "The jacket is too small for me."',
      'Reply to this customer: "The jacket is too large for me."',
    ],
    ["Translate to French: I want to buy a car", "Translate to French: I want to purchase a car"],
    ["Write a sign: please keep off the grass", "Write a sign: keep off the grass"],
    ["Make this shorter: Please come to the party.", "Make this shorter: Come to the party."],
  ],
});
