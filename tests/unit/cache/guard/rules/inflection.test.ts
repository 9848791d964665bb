import { inflection } from "../../../../../src/cache/guard/rules/inflection.ts";
import { describeRule } from "../table.ts";

describeRule(inflection, {
  passes: [
    ["How much does it cost to fly to Rome?", "Do you know how much it costs to fly to Rome?"],
    ["When did the market fall?", "Do you know when the market fell?"],
    ["Why do dogs bark at night?", "Please explain why dogs bark at night."],
  ],
  refuses: [
    ["What does the dog eat?", "Please tell me what the dogs eat."],
    [
      "Why does the train station in Rome close?",
      "Please tell me why the train stations in Rome close.",
    ],
    ["Recommend a book about the history of Rome.", "Recommend books about the history of Rome."],
    ["Which country borders France?", "Which countries border France?"],
    ["How does a heat pump work?", "How do heat pumps work?"],
    ["How does the dog chase cats?", "How do the dogs chase cats?"],
    ["What are the customs of Japan?", "What is the custom of Japan?"],
    ["What do I do with the remains of a meal?", "What do I do with the remain of a meal?"],
    ["Why does the cat of my friend sleep?", "Could you tell me why the cat of my friends sleeps?"],
    ["When does the shop open?", "When did the shop open?"],
    ["How do I train a dog?", "How do I get training for a dog?"],
  ],
});
