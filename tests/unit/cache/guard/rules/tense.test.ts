import { tense } from "../../../../../src/cache/guard/rules/tense.ts";
import { describeRule } from "../table.ts";

describeRule(tense, {
  passes: [
    ["When did the Allies liberate Paris?", "Do you know when the Allies liberated Paris?"],
    ["I forgot my password. What should I do?", "I forgot my password, what should I do"],
  ],
  refuses: [
    ["Who is the prime minister of Italy?", "Who was the prime minister of Italy?"],
    ["How is the city of Istanbul governed?", "How was the city of Istanbul governed?"],
    ["What is the price of gold?", "What will be the price of gold?"],
    ["When does the shop open?", "When did the shop open?"],
    ["I forgot my password. What should I do?", "I have forgotten my password. What should I do?"],
  ],
});
