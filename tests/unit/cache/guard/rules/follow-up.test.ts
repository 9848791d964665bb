import { followUp } from "../../../../../src/cache/guard/rules/follow-up.ts";
import { describeRule } from "../table.ts";

describeRule(followUp, {
  passes: [
    ["Is it safe to eat raw cookie dough?", "Do you know if it is safe to eat raw cookie dough?"],
    [
      "What is photosynthesis and why is it important?",
      "Could you tell me what photosynthesis is and why it is important?",
    ],
  ],
  refuses: [
    ["Make it a bit shorter.", "Please make it a bit shorter, thanks."],
    ["And what about the second option?", "And what about the second option, please?"],
    ["Can you explain that last step again?", "Could you explain that last step again?"],
    ["Are you sure about that?", "Are you really sure about that?"],
    ["Give me another example.", "Please give me another example."],
  ],
});
