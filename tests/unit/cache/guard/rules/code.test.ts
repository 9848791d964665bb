import { code } from "../../../../../src/cache/guard/rules/code.ts";
import { describeRule } from "../table.ts";

describeRule(code, {
  passes: [
    ["What does this print?\n\nprint(7 / 2)", "Please tell me what this prints:\n\nprint(7 / 2)"],
    ["Explain what chmod 755 deploy.sh does.", "Can you explain what chmod 755 deploy.sh does?"],
  ],
  refuses: [
    ["What does this print?\n\nprint(7 / 2)", "What does this print?\n\nprint(7 // 2)"],
    [
      "How many times does this run?\n\nfor (int i = 0; i < 9; i++) {}",
      "How many times does this run?\n\nfor (int i = 0; i <= 9; i++) {}",
    ],
    ["What does the -r flag do in grep?", "What does the -R flag do in grep?"],
    ["What does x == y mean in Python?", "What does x = y mean in Python?"],
    ["What does `a.b()` return here?", "What does `a.b` return here?"],
    ["What is the derivative of x^2?", "What is the derivative of x^3?"],
  ],
});
