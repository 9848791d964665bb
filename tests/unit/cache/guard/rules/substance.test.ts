import { substance } from "../../../../../src/cache/guard/rules/substance.ts";
import { describeRule } from "../table.ts";

describeRule(substance, {
  passes: [
    ["What is the meaning of the word?", "what is the meaning of the word"],
    ["How do heat pumps work?", "How does a heat pump work?"],
  ],
  refuses: [
    ["What is the time?", "What is time?"],
    ["Who are you?", "Who am I?"],
    ["What is my name?", "What is your name?"],
  ],
});
