import { questionWord } from "../../../../../src/cache/guard/rules/question-word.ts";
import { describeRule } from "../table.ts";

describeRule(questionWord, {
  passes: [
    ["Why is the sky blue?", "Explain why the sky is blue."],
    ["What is the height of Mount Everest?", "Tell me the height of Mount Everest."],
    ["What is the capital of Peru?", "Can you tell me what the capital of Peru is?"],
  ],
  refuses: [
    ["Which good is a lighthouse?", "What good is a lighthouse?"],
    ["What birds eat at night?", "What do birds eat at night?"],
    ["How young do children learn to swim?", "How do young children learn to swim?"],
    ["How many dogs can eat?", "How many can dogs eat?"],
    ["Is the pasta done?", "When is the pasta done?"],
    ["Why did the Titanic sink?", "When did the Titanic sink?"],
    ["How should I prune roses?", "When should I prune roses?"],
    ["Name a noble gas.", "What is a noble gas?"],
    ["What are the causes of the war?", "List the causes of the war."],
  ],
});
