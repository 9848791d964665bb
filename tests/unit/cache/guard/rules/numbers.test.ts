import { numbers } from "../../../../../src/cache/guard/rules/numbers.ts";
import { describeRule } from "../table.ts";

describeRule(numbers, {
  passes: [
    ["Give me 5 tips for better sleep.", "Please give me 5 tips for better sleep."],
    ["What is 15% of 1,500,000?", "what's 15% of 1500000"],
  ],
  refuses: [
    ["How many vowels does eight have?", "How many vowels does 8 have?"],
    ["What is 18% of 240?", "What is 16% of 240?"],
    ["What is new in Python 3.12?", "What is new in Python 3.11?"],
    ["How many minutes are in 3.5 hours?", "How many minutes are in 35 hours?"],
    ["Who was the 32nd president?", "Who was the thirty-third president?"],
    ["How many ounces are in one gallon of milk?", "How many ounces are in a gallon of milk?"],
    ["Explain the first law of motion.", "Explain the second law of motion."],
  ],
});
