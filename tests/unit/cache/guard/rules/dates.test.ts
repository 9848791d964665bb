import { dates } from "../../../../../src/cache/guard/rules/dates.ts";
import { describeRule } from "../table.ts";

describeRule(dates, {
  passes: [
    [
      "When should I plant tulips in the fall?",
      "Do you know when I should plant tulips in the fall?",
    ],
    ["Is the shop open on Monday?", "Could you tell me if the shop is open on Monday?"],
  ],
  refuses: [
    ["Plan a trip to Norway in January.", "Plan a trip to Norway in June."],
    [
      "The school is closed on Monday. Write a note to parents.",
      "The school is closed on Tuesday. Write a note to parents.",
    ],
    ["How do I set an alarm for 7 am?", "How do I set an alarm for 7 pm?"],
    ["What can I plant in the fall?", "What can I plant in the autumn?"],
  ],
});
