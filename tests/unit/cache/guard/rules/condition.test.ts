import { condition } from "../../../../../src/cache/guard/rules/condition.ts";
import { describeRule } from "../table.ts";

describeRule(condition, {
  passes: [["What happens if I miss a payment?", "Do you know what happens if I miss a payment?"]],
  refuses: [
    ["Should I see a doctor if I have a fever?", "Should I see a doctor unless I have a fever?"],
    [
      "What happens if prices rise when demand falls?",
      "What happens when prices fall unless demand rises?",
    ],
    ["What happens if I miss a payment?", "What happens when I miss a payment?"],
  ],
});
