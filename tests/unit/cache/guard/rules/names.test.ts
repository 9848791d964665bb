import { names } from "../../../../../src/cache/guard/rules/names.ts";
import { describeRule } from "../table.ts";

describeRule(names, {
  passes: [
    ["What is the capital of Mongolia?", "what is the capital of mongolia?"],
    ["How is GDP calculated?", "How is gross domestic product calculated?"],
  ],
  refuses: [
    ["What is the Polish made of that we ate?", "What is the polish made of that we ate?"],
    ["What is R used for in a lab?", "What is r used for in a lab?"],
    ["Which paintings is Monet known for?", "Which paintings is Manet known for?"],
    ["Is it safe to drink tap water in Zambia?", "Is it safe to drink tap water in Gambia?"],
    ["When was Charles Dickens born?", "When was Charles Darwin born?"],
  ],
});
