import { wording } from "../../../../../src/cache/guard/rules/wording.ts";
import { describeRule } from "../table.ts";

describeRule(wording, {
  passes: [
    ["How do I install a font on Linux?", "how can I install a font on Linux"],
    ["Why is my wifi slow in the kitchen?", "Why's my wifi slow in the kitchen?"],
  ],
  refuses: [
    ["Is e-mail one word?", "Is email one word?"],
    ["Can dogs eat ripe grapes?", "Can dogs eat ripe plums?"],
    ["Is it safe to eat honey?", "Is it safe for babies to eat honey?"],
    ["How do I sleep with a cold?", "How do I sleep with a cough?"],
    ["Rename the column price to cost in SQL.", "Rename the column cost to price in SQL."],
    ["What is the dose of carprofen?", "What is the dose of ibuprofen?"],
    ["How much is a glass of wine?", "How much is a wine bottle?"],
    ["What is the population of Peru?", "What is Peru's population?"],
    ["Where is the prison?", "Where is a prison?"],
    ["How do I get out of bed?", "How do I get out of the bed?"],
    ["How often should I change the oil?", "How should I change the oil?"],
  ],
});
