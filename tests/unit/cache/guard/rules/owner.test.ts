import { owner } from "../../../../../src/cache/guard/rules/owner.ts";
import { describeRule } from "../table.ts";

describeRule(owner, {
  passes: [
    [
      "How do I reset my iPhone to factory settings?",
      "Do you know how I reset my iPhone to factory settings?",
    ],
  ],
  refuses: [
    ["What is my IP address?", "What is an IP address?"],
    ["How do I reset my iPhone?", "How do I reset an iPhone?"],
    ["Should I pay their debts?", "Should I pay my debts?"],
  ],
});
