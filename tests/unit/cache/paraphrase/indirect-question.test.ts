import { describe } from "vitest";
import { itJudges } from "./judge-texts.ts";

describe("an indirect question", () => {
  itJudges({
    same: [
      ["Could you tell me why the sky is blue?", "Why is the sky blue?"],
      ["Could you please tell me why the sky is blue?", "why is the sky blue"],
      ["I was wondering why the sky is blue.", "Why is the sky blue?"],
      ["I'd like to know why the sky is blue.", "Why is the sky blue?"],
      ["Explain what a race condition is.", "What is a race condition?"],
      ["Tell me what the capital of Peru is.", "What is the capital of Peru?"],
      ["Can you tell me who they were?", "Who were they?"],
      ["Tell me what is in it.", "What is in it?"],
      ["Tell me how to boil an egg.", "How to boil an egg?"],
    ],
    different: [
      ["Tell me why the sky is blue.", "Why was the sky blue?"],
      ["Tell me why the sky is not blue.", "Why is the sky blue?"],
      ["Where the wild things are", "Where are the wild things"],
      ["Tell me what cats can see in the dark.", "What cats can see in the dark?"],
      ["Tell me what cats can see in the dark.", "What can cats see in the dark?"],
      ["Tell me what animals eat at night.", "What animals eat at night?"],
      ["Explain how many countries trade.", "How many countries trade?"],
      ["Explain how can openers work.", "How can openers work?"],
      ["Tell me how tall buildings are built.", "How are tall buildings built?"],
      ["Tell me how tall buildings are built.", "How tall are buildings built?"],
      ["Explain why the food left is cold.", "Explain why the food is left cold."],
      ["Explain where the food left is.", "Where is the food left?"],
      [
        "Why were the houses they are selling cheap?",
        "Why are the houses they were selling cheap?",
      ],
      ["Explain why the people not insured are ill.", "Why are the people not insured ill?"],
      ["Explain why the human being is ill.", "Why is the human being ill?"],
      ["How can a will be opened?", "How will a can be opened?"],
      ["Tell me when the pasta is done.", "When is the pasta done?"],
      ["May I ask why I was late?", "Why was I late?"],
      ["Do you know how to play chess?", "How to play chess?"],
      ["Does anyone know who he was?", "Who was he?"],
      ["I wonder who he is. Should I open the door?", "Who is he? Should I open the door?"],
      ["Tell me whether it is blue.", "Is it blue?"],
    ],
  });
});
