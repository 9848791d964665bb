import { scope } from "../../../../../src/cache/guard/rules/scope.ts";
import { describeRule } from "../table.ts";

describeRule(scope, {
  passes: [
    [
      "How do I reset the server and why does the client fail?",
      "Please tell me how to reset the server and why the client fails.",
    ],
    [
      "Where is the log file and how do I delete the copy?",
      "Hi! Where's the log file and how can I delete the copy? Thanks",
    ],
  ],
  refuses: [
    [
      "How do I start the server and why does the client fail?",
      "Why do I start the server and how does the client fail?",
    ],
    [
      "Can I freeze the soup and should I reheat the rice?",
      "Should I freeze the soup and can I reheat the rice?",
    ],
    ["Who eats what in the sea?", "What eats who in the sea?"],
    ["Is the man who was rich poor?", "Was the man who is rich poor?"],
  ],
});
