import { names } from "../../../../../src/cache/guard/rules/names.ts";
import { describeRule } from "../table.ts";

describeRule(names, {
  passes: [
    ["What is the capital of Mongolia?", "what is the capital of Mongolia"],
    ["How does GDP grow in Peru?", "Could you explain how GDP grows in Peru?"],
  ],
  refuses: [
    ["What is the Polish made of that we ate?", "What is the polish made of that we ate?"],
    ["What is R used for in a lab?", "What is r used for in a lab?"],
    ["Which paintings is Monet known for?", "Which paintings is Manet known for?"],
    ["Is it safe to drink tap water in Zambia?", "Is it safe to drink tap water in Gambia?"],
    ["When was Charles Dickens born?", "When was Charles Darwin born?"],
    ["How do I open Word?", "How do I open word?"],
    ["How much does java cost in Berlin?", "How much does Java cost in Berlin?"],
    ["Turkey and its history for kids", "turkey and its history for kids"],
    ["Python care for the beginner", "python care for the beginner"],
    ["How do I make it?", "How do I make IT?"],
    ["What is the AND gate for?", "What is the and gate for?"],
    ["How is GDP calculated?", "How is gross domestic product calculated?"],
  ],
});
