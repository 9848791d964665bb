import { direction } from "../../../../../src/cache/guard/rules/direction.ts";
import { describeRule } from "../table.ts";

describeRule(direction, {
  passes: [
    [
      "How do I get from Rome to Milan by train?",
      "Do you know how I get from Rome to Milan by train?",
    ],
  ],
  refuses: [
    ["Convert 75 USD to CAD, please, in a table.", "Convert 75 CAD to USD, please, in a table."],
    ["How do I migrate from MySQL to PostgreSQL?", "How do I migrate from PostgreSQL to MySQL?"],
    ["How do I turn on dark mode in Slack?", "How do I turn off dark mode in Slack?"],
    ["Is Oslo bigger than Bergen?", "Is Bergen bigger than Oslo?"],
    ["What should I eat before running?", "What should I eat after running?"],
    ["Write a letter to my boss.", "Write a letter from my boss."],
    ["How do I install Node on a Mac?", "How do I uninstall Node on a Mac?"],
  ],
});
