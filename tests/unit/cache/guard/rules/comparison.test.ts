import { comparison } from "../../../../../src/cache/guard/rules/comparison.ts";
import { describeRule } from "../table.ts";

describeRule(comparison, {
  passes: [
    [
      "What is the tallest mountain in Africa?",
      "Could you tell me what the tallest mountain in Africa is?",
    ],
    ["Is tea cheaper than coffee?", "Do you know if tea is cheaper than coffee?"],
  ],
  refuses: [
    ["Which planet has the most moons?", "Which planet has the fewest moons?"],
    ["What's the cheapest way to send a parcel?", "What's the fastest way to send a parcel?"],
    ["How do I find the newest file here?", "How do I find the oldest file here?"],
  ],
});
