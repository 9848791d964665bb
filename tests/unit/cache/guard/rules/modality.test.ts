import { modality } from "../../../../../src/cache/guard/rules/modality.ts";
import { describeRule } from "../table.ts";

describeRule(modality, {
  passes: [
    ["Can you freeze fresh herbs?", "Do you know if you can freeze fresh herbs?"],
    ["What should I wear to a wedding?", "Please tell me what I should wear to a wedding."],
  ],
  refuses: [
    ["Can I take money out at age 73?", "Must I take money out at age 73?"],
    ["Should I tip the driver in Oslo?", "Do I have to tip the driver in Oslo?"],
    ["When may a doctor break the rule?", "When must a doctor break the rule?"],
    ["How long can rice stay in the fridge?", "How long should rice stay in the fridge?"],
    ["Can I eat rice at night?", "May I eat rice at night?"],
  ],
});
