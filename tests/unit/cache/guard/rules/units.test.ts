import { units } from "../../../../../src/cache/guard/rules/units.ts";
import { describeRule } from "../table.ts";

describeRule(units, {
  passes: [
    ["How many kilometres is 26 miles?", "how many kilometres is 26 miles"],
    ["How long should I walk to burn 300 kcal?", "how long should I walk to burn 300kcal"],
  ],
  refuses: [
    ["How many ounces are there in 5 pounds?", "How many grams are there in 5 pounds?"],
    ["How long does it take to load 50 GB?", "How long does it take to load 50 MB?"],
    ["Is 50 mcg a day a usual dose for an adult?", "Is 50 mg a day a usual dose for an adult?"],
    [
      "Mix 5 kg of sand and 3 lb of lime. What is it?",
      "Mix 5 lb of sand and 3 kg of lime. What is it?",
    ],
    ["Is 5 m of rope enough for a tent?", "Is 5 M of rope enough for a tent?"],
  ],
});
