import { questionWord } from "../../../../../src/cache/guard/rules/question-word.ts";
import { describeRule } from "../table.ts";

describeRule(questionWord, {
  passes: [
    ["Why is the sky blue?", "Explain why the sky is blue."],
    ["What is the law of gravity?", "Tell me the law of gravity."],
    ["What is the capital of Peru?", "Can you tell me what the capital of Peru is?"],
    ["Which planet has the most moons?", "What planet has the most moons?"],
  ],
  refuses: [
    ["Why did the Titanic sink?", "When did the Titanic sink?"],
    ["How should I prune roses?", "When should I prune roses?"],
    ["Name a noble gas.", "What is a noble gas?"],
    ["What are the causes of the war?", "List the causes of the war."],
  ],
});
