import { modality } from "../../../../../src/cache/guard/rules/modality.ts";
import { describeRule } from "../table.ts";

describeRule(modality, {
  passes: [
    ["Can you freeze fresh herbs?", "Is it possible to freeze fresh herbs?"],
    ["Do I have to pay tax on a gift?", "Do I need to pay tax on a gift?"],
  ],
  refuses: [
    ["Can I take money out at age 73?", "Must I take money out at age 73?"],
    ["Should I tip the driver in Oslo?", "Do I have to tip the driver in Oslo?"],
    ["When may a doctor break the rule?", "When must a doctor break the rule?"],
    ["How long can rice stay in the fridge?", "How long should rice stay in the fridge?"],
  ],
});
