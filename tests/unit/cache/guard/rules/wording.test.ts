import { wording } from "../../../../../src/cache/guard/rules/wording.ts";
import { describeRule } from "../table.ts";

describeRule(wording, {
  passes: [
    ["How do I delete a directory on Linux?", "How can I remove a folder on Linux?"],
    [
      "How do I calculate compound interest on a savings account?",
      "how do i claculate compund interest on a savings acount",
    ],
    [
      "What is the theatre district in New York known for?",
      "What's the theater district in New York known for?",
    ],
    ["How do I fix the leaking tap in the kitchen?", "How do I fix the leaking kitchen tap?"],
  ],
  refuses: [
    ["Can dogs eat ripe grapes?", "Can dogs eat ripe plums?"],
    ["Is it safe to eat honey?", "Is it safe for babies to eat honey?"],
    ["How do I sleep with a cold?", "How do I sleep with a cough?"],
    ["Rename the column price to cost in SQL.", "Rename the column cost to price in SQL."],
    ["What is the dose of carprofen?", "What is the dose of ibuprofen?"],
    ["How much is a glass of wine?", "How much is a wine bottle?"],
  ],
});
