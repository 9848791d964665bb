import { wordOrder } from "../../../../../src/cache/guard/rules/word-order.ts";
import { describeRule } from "../table.ts";

describeRule(wordOrder, {
  passes: [
    ["In Python, how do I reverse a string?", "How do I reverse a string in Python?"],
    [
      "When I open the door, why does the alarm go off?",
      "Why does the alarm go off when I open the door?",
    ],
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
    ["Is a square a rectangle?", "Is a rectangle a square?"],
    ["Is that man taller than that woman?", "Is that woman taller than that man?"],
    ["Who is the owner of the dog in the house?", "Who is the owner in the house of the dog?"],
    ["Do people who eat quickly gain weight?", "Do people who eat gain weight quickly?"],
  ],
});
