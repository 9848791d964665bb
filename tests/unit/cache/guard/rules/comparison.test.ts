import { comparison } from "../../../../../src/cache/guard/rules/comparison.ts";
import { describeRule } from "../table.ts";

describeRule(comparison, {
  passes: [
    ["What is the fastest way to peel garlic?", "What is the quickest way to peel garlic?"],
    ["What's the tallest mountain in Africa?", "Which mountain is the tallest in Africa?"],
  ],
  refuses: [
    ["Which planet has the most moons?", "Which planet has the fewest moons?"],
    ["What's the cheapest way to send a parcel?", "What's the fastest way to send a parcel?"],
    ["How do I find the newest file here?", "How do I find the oldest file here?"],
  ],
});
