import { describe } from "vitest";
import { itJudges, itJudgesByThreshold } from "./judge-texts.ts";

describe("forms of a question", () => {
  itJudgesByThreshold([
    ["How do I sort a dictionary by value?", "How can I sort a dictionary by value?"],
    ["How do I install the package?", "How to install the package?"],
    ["Tell me how to boil an egg.", "How can I boil an egg?"],
  ]);

  itJudges({
    same: [],
    different: [
      ["How do I digest milk?", "How can I digest milk?"],
      ["How can I be ill?", "How to be ill?"],
      ["How can you sort a list?", "How can I sort a list?"],
      ["How do I fix so little?", "How can I fix so little?"],
      ["It broke. How do I fix a lamp?", "It broke. How can I fix a lamp?"],
      ["Does my son know how I bake the bread?", "Does my son know how to bake the bread?"],
      ["How do I can fish at home?", "How can I fish at home?"],
      ["How to do market research?", "How to market research?"],
      ["What are some companies paying interns?", "List some companies paying interns."],
      [
        "Explain the difference between a crow and a jay.",
        "What is the difference between a crow and a jay?",
      ],
    ],
  });
});
