import { code } from "../../../../../src/cache/guard/rules/code.ts";
import { describeRule } from "../table.ts";

describeRule(code, {
  passes: [
    ["What does this print?\n\nprint(7 / 2)", "Please tell me what this prints:\n\nprint(7 / 2)"],
    ["Explain what chmod 755 deploy.sh does.", "Can you explain what chmod 755 deploy.sh does?"],
    ["What is 2 + 2?", "Could you tell me what 2+2 is?"],
    ["What is (a + b)^2 when a is 3?", "what's (a+b)^2 when a is 3"],
    ["How do I solve 3x + 7 = 22?", "Do you know how I solve 3x+7=22?"],
  ],
  refuses: [
    ["What does ```ls``` do in Linux?", "What does ```rm``` do in Linux?"],
    ["What does this print?\n```python\n1/2\n```", "What does this print?\n```ruby\n1/2\n```"],
    ["What does *args do in Python?", "What does **args do in Python?"],
    ["What is a char* in C?", "What is a char in C?"],
    ["What fraction is 0.333...?", "What fraction is 0.333?"],
    ["Where can we see the musical Oklahoma!", "Where can we see the musical Oklahoma?"],
    ["I am allergic to the cat of my friend.", "I am allergic to the cat of my friend?"],
    ["What is the value of 5!", "What is the value of 5?"],
    ["How do I compute n! in Python?", "How do I compute n in Python?"],
    ["What is the sum of 3! and 4?", "What is the sum of 3 and 4!"],
    ["What does this print?\n\nprint(7 / 2)", "What does this print?\n\nprint(7 // 2)"],
    [
      "How many times does this run?\n\nfor (int i = 0; i < 9; i++) {}",
      "How many times does this run?\n\nfor (int i = 0; i <= 9; i++) {}",
    ],
    ["What does the -r flag do in grep?", "What does the -R flag do in grep?"],
    ["What does x == y mean in Python?", "What does x = y mean in Python?"],
    ["What does `a.b()` return here?", "What does `a.b` return here?"],
    ["What is (8 + 4) / 2?", "What is 8 + 4 / 2?"],
    ["What is 5 - 3 - 1?", "What is 5 - (3 - 1)?"],
    ["What is -(2 + 3)?", "What is -2 + 3?"],
    ["What is (a + b)^2?", "What is a + b^2?"],
    ["What is 2^(3+1)?", "What is 2^3+1?"],
    ["What is 10 - 4 + 2?", "What is 10 - (4 + 2)?"],
    ["What is the square root of (16 + 9)?", "What is the square root of 16 + 9?"],
    ["What is sin(x) + 1 at 0?", "What is sin(x + 1) at 0?"],
    ["Is x > 3 or y < 2 and z = 1?", "Is (x > 3 or y < 2) and z = 1?"],
    ["How do I solve 3x + 7 = 22?", "How do I solve 3x - 7 = 22?"],
    ["What is 4 * 5 - 2?", "What is 5 * 4 - 2?"],
    ["What is the derivative of x^2?", "What is the derivative of x^3?"],
  ],
});
