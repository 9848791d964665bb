import { describe, expect, it } from "vitest";
import { CHATML, detectTemplate, sameTemplate } from "../../../models/chat-template.ts";

const PLAIN =
  "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>{% endfor %}";

describe("a file's own template", () => {
  it("is known when it writes plain ChatML", () => {
    expect(detectTemplate(PLAIN)).toBe(CHATML);
  });

  it.each([
    ["missing", undefined],
    ["of another layout", "{% for m in messages %}[INST]{{ m.content }}[/INST]{% endfor %}"],
    ["one that offers tools too", `{% if tools %}{{ tools }}{% endif %}${PLAIN}`],
  ])("is left as it is when it is %s", (_what, template) => {
    expect(detectTemplate(template)).toBeUndefined();
  });
});

describe("two templates", () => {
  it("say the same whatever their line ends and what is around them", () => {
    expect(sameTemplate("a\r\nb\n", "a\nb")).toBe(true);
    expect(sameTemplate("a b", "a  b")).toBe(false);
  });
});
