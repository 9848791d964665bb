import { person } from "../../../../../src/cache/guard/rules/person.ts";
import { describeRule } from "../table.ts";

describeRule(person, {
  passes: [
    ["How do I tell my parents that I failed?", "Do you know how I tell my parents that I failed?"],
  ],
  refuses: [
    ["How do I tell my parents that I failed?", "How do I tell my parents that they failed?"],
    ["Can I read him a poem?", "Can I read a poem?"],
  ],
});
