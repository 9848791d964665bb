import { condition } from "../../../../../src/cache/guard/rules/condition.ts";
import { describeRule } from "../table.ts";

describeRule(condition, {
  passes: [
    ["If I miss a payment, what happens?", "What happens if I miss a payment?"],
    ["When I land in Rome, where do I get a taxi?", "Where do I get a taxi when I land in Rome?"],
  ],
  refuses: [
    ["Should I see a doctor if I have a fever?", "Should I see a doctor unless I have a fever?"],
    [
      "What happens if prices rise when demand falls?",
      "What happens when prices fall unless demand rises?",
    ],
    ["What happens if I miss a payment?", "What happens when I miss a payment?"],
  ],
});
