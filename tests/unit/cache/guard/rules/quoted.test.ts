import { quoted } from "../../../../../src/cache/guard/rules/quoted.ts";
import { describeRule } from "../table.ts";

describeRule(quoted, {
  passes: [
    [
      'Correct the grammar: "He have two dogs."',
      "Could you please correct the grammar: “He have two dogs.”",
    ],
  ],
  refuses: [
    [
      'Reply to this customer: "The jacket is too small for me."',
      'Reply to this customer: "The jacket is too large for me."',
    ],
    ["Translate to French: I want to buy a car", "Translate to French: I want to purchase a car"],
    ["Proofread this: where are you.", "Proofread this: where are you?"],
    ['How do I split at " " in Java?', 'How do I split at "" in Java?'],
    ["Write a sign: please keep off the grass", "Write a sign: keep off the grass"],
    ["Make this shorter: Please come to the party.", "Make this shorter: Come to the party."],
  ],
});
