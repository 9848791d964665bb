import { wordOrder } from "../../../../../src/cache/guard/rules/word-order.ts";
import { describeRule } from "../table.ts";

describeRule(wordOrder, {
  passes: [
    ["Why is the sea cold in May?", "Could you tell me why the sea is cold in May?"],
    ["Why can't I sleep at night?", "Why can I not sleep at night?"],
  ],
  refuses: [
    ["Can a landlord sue a tenant?", "Can a tenant sue a landlord?"],
    ["Do cats often chase dogs?", "Do dogs often chase cats?"],
    [
      "If it's 9 a.m. in Tokyo, what time is it in Denver?",
      "What time is it in Tokyo if it's 9 a.m. in Denver?",
    ],
    ["Why was Caesar betrayed by Brutus?", "Why was Brutus betrayed by Caesar?"],
    ["How much is a glass of wine?", "How much is a wine glass?"],
    ["Which company acquired the startup?", "Which company did the startup acquire?"],
    ["Explain why the dog bites the man.", "Explain why the man bites the dog."],
    ["In Python, how do I find a bug?", "How do I find a bug in Python?"],
    ["If a file exists, how do I check?", "How do I check if a file exists?"],
    ["Can people who trust doctors lie?", "Can people trust doctors who lie?"],
    ["Can I have rice and soup or fries?", "Can I have rice or soup and fries?"],
    ["Which key do I press in to pull out?", "Which key do I press out to pull in?"],
    ["Is a square a rectangle?", "Is a rectangle a square?"],
    ["Is that man taller than that woman?", "Is that woman taller than that man?"],
    ["Who is the owner of the dog in the house?", "Who is the owner in the house of the dog?"],
    ["Do people who eat quickly gain weight?", "Do people who eat gain weight quickly?"],
  ],
});
