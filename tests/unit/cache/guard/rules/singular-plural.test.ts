import { singularPlural } from "../../../../../src/cache/guard/rules/singular-plural.ts";
import { describeRule } from "../table.ts";

describeRule(singularPlural, {
  passes: [
    ["How does a heat pump work?", "How do heat pumps work?"],
    [
      "Write a query that counts the users per country.",
      "Write a query to count the users per country.",
    ],
  ],
  refuses: [
    ["Recommend a book about the history of Rome.", "Recommend books about the history of Rome."],
    ["Which country borders France?", "Which countries border France?"],
  ],
});
