import { questionWord } from "../../../../../src/cache/guard/rules/question-word.ts";
import { describeRule } from "../table.ts";

describeRule(questionWord, {
  passes: [
    ["Why is the sky blue?", "What is the reason that the sky is blue?"],
    ["In which year was the Eiffel Tower built?", "When was the Eiffel Tower built?"],
    [
      "Who should I call, a plumber or an electrician?",
      "Should I call a plumber or an electrician?",
    ],
    ["What are the three laws of robotics?", "List the three laws of robotics."],
  ],
  refuses: [
    ["Why did the Titanic sink?", "When did the Titanic sink?"],
    ["How should I prune roses?", "When should I prune roses?"],
    ["How often should I change the oil?", "How should I change the oil?"],
    ["Name a noble gas.", "What is a noble gas?"],
    ["Explain the causes of the war.", "List the causes of the war."],
  ],
});
