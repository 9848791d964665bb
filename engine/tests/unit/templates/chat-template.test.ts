import { describe, expect, it } from "vitest";
import { chatTemplate } from "../../../templates/chat-template.ts";
import type { Turn } from "../../../templates/turn.ts";

const CHATML_LAYER = "{{- range .Messages }}<|im_start|>{{ .Role }}";
const JINJA =
  "{{ bos_token }}{% for m in messages %}[{{ m.role }}]{{ m.content }}" +
  "{% for c in m.tool_calls or [] %}<{{ c.function.name }} {{ c.function.arguments | tojson }}>{% endfor %}" +
  "{% if m.name %}({{ m.name }}){% endif %}{% endfor %}" +
  "{% if add_generation_prompt %}[assistant]{% endif %}";
const marks = { bos: "<s>", eos: "</s>" };
const user = (content: string): Turn => ({ role: "user", content });

const render = (template: ReturnType<typeof chatTemplate>, turns: Turn[], tools: unknown[] = []) =>
  template.render({ turns, tools, marks });

describe("which template holds", () => {
  const turns = [{ role: "system", content: "s" }, user("a"), user("b")];

  it("is the stored one where it is ChatML, neighbours of one role joined", () => {
    expect(render(chatTemplate(CHATML_LAYER, JINJA), turns)).toBe(
      "<|im_start|>system\ns<|im_end|>\n<|im_start|>user\na\n\nb<|im_end|>\n<|im_start|>assistant\n",
    );
  });

  it.each([undefined, "{{ .Prompt }}", "[INST] {{ .Prompt }}", `${CHATML_LAYER} {{ .Tools }}`])(
    "is the file's own beside %j",
    (layer) => {
      expect(render(chatTemplate(layer, JINJA), turns)).toBe("<s>[system]s[user]a\n\nb[assistant]");
    },
  );

  it("is none where there is none", () => {
    expect(render(chatTemplate(undefined, undefined), turns)).toBe("s\n\na\n\nb");
  });

  it("is refused with a way out where it is of another kind", () => {
    expect(() => render(chatTemplate("[INST]", undefined), turns)).toThrow(/install Ollama/);
  });
});

describe("a template of the file", () => {
  const template = chatTemplate(undefined, JINJA);

  it("gets calls and their results", () => {
    const call = { id: "c", function: { index: 0, name: "add", arguments: { a: 1 } } };
    const turns = [
      user("1+0?"),
      { role: "assistant", content: "", toolCalls: [call] },
      { role: "tool", content: "1", toolName: "add" },
    ];
    expect(render(template, turns)).toBe(
      '<s>[user]1+0?[assistant]<add {"a": 1}>[tool]1(add)[assistant]',
    );
  });

  it("goes on with a last turn of the assistant", () => {
    const turns = [user("Capital?"), { role: "assistant", content: "It is" }];
    expect(render(template, turns)).toBe("<s>[user]Capital?[assistant]It is");
  });

  it("knows tools when it mentions them", () => {
    expect(template.toolFormats).toEqual([]);
    const hermes = chatTemplate(undefined, "{{ tools }}<tool_call>");
    expect(hermes.toolFormats.map(({ opens }) => opens)).toEqual(["<tool_call>"]);
    expect(chatTemplate(undefined, "{{ tools }}").toolFormats.length).toBeGreaterThan(0);
    expect(chatTemplate(CHATML_LAYER, "{{ tools }}").toolFormats).toEqual([]);
  });

  it("gets the system's text in the user's turn where it refuses a system turn", () => {
    const strict = chatTemplate(
      undefined,
      "{% if messages[0].role == 'system' %}{{ raise_exception('no system') }}{% endif %}{{ messages[0].content }}",
    );
    expect(render(strict, [{ role: "system", content: "s" }, user("a")])).toBe("s\n\na");
  });

  it("says why it cannot render a conversation", () => {
    const strict = chatTemplate(undefined, "{{ raise_exception('only users') }}");
    expect(() => render(strict, [user("a")])).toThrow(
      expect.objectContaining({ status: 400, message: expect.stringContaining("only users") }),
    );
  });

  it("need not ask for an answer", () => {
    const plain = chatTemplate(undefined, "{% for m in messages %}{{ m.content }}{% endfor %}");
    expect(render(plain, [user("once upon")])).toBe("once upon");
  });
});
