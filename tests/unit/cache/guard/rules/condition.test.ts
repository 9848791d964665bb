import { condition } from "../../../../../src/cache/guard/rules/condition.ts";
import { describeRule } from "../table.ts";

describeRule(condition, {
  passes: [
    ["What happens if I miss a payment?", "What happens when I miss a payment?"],
    ["I have six eggs. What can I bake?", "What can I bake if I have six eggs?"],
  ],
  refuses: [
    ["Should I see a doctor if I have a fever?", "Should I see a doctor unless I have a fever?"],
    [
      "What happens if prices rise when demand falls?",
      "What happens when prices fall unless demand rises?",
    ],
  ],
});
