import { negation } from "../../../../../src/cache/guard/rules/negation.ts";
import { describeRule } from "../table.ts";

describeRule(negation, {
  passes: [
    [
      "Why does my CSS grid not fill the whole page?",
      "Why doesn't my CSS grid fill the whole page?",
    ],
    [
      "I cannot sleep because of jet lag. What should I do?",
      "I can't sleep because of jet lag. What should I do?",
    ],
  ],
  refuses: [
    ["Which common foods contain gluten?", "Which common foods do not contain gluten?"],
    ["Why is my dog eating grass?", "Why isn't my dog eating grass?"],
    [
      "Should I not take aspirin and take ibuprofen?",
      "Should I take aspirin and not take ibuprofen?",
    ],
    ["How do I sleep without a pillow?", "How do I sleep with a pillow?"],
    ["Why is my cat not eating and drinking?", "Why is my cat eating and not drinking?"],
  ],
});
