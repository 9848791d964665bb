import { formatAndLength } from "../../../../../src/cache/guard/rules/format-and-length.ts";
import { describeRule } from "../table.ts";

describeRule(formatAndLength, {
  passes: [
    ["Explain photosynthesis in one sentence.", "Please explain photosynthesis in one sentence."],
    [
      "Summarize the plot of Emma in two paragraphs.",
      "Please summarise the plot of Emma in two paragraphs.",
    ],
  ],
  refuses: [
    ["Compare the SSDs and the HDDs in a table.", "Compare the SSDs and the HDDs in a list."],
    ["Explain photosynthesis in one sentence.", "Explain photosynthesis in one page."],
    ["Write a short story about a lighthouse.", "Write a long story about a lighthouse."],
    ["Write a formal note to my landlord.", "Write a casual note to my landlord."],
  ],
});
