import { expect, it } from "vitest";
import { createModelfile } from "../../../../src/models/fine-tuning/create-modelfile.ts";
import { parseModelfile } from "../../../../src/models/modelfile/parse-modelfile.ts";

it("a new model's Modelfile is read as what it was made of", () => {
  const adapter = `sha256:${"0a".repeat(32)}`;
  const parameters = { temperature: 0.2, num_ctx: 8192, stop: ["\n\n", "User:"] };
  const text = createModelfile({
    base: "llama3.2:3b",
    system: "You answer\nin one sentence.",
    template: "{{ .Prompt }}",
    parameters,
    adapter,
    license: ["MIT"],
    examples: [
      { user: "Are you open on Sunday?", assistant: ' "No." ' },
      { user: "# And Monday?", assistant: "Yes,\nfrom nine." },
    ],
  });
  expect(parseModelfile(text)).toEqual({
    from: "llama3.2:3b",
    system: "You answer\nin one sentence.",
    template: "{{ .Prompt }}",
    parameters,
    adapter,
    license: ["MIT"],
    messages: [
      { role: "user", content: "Are you open on Sunday?" },
      { role: "assistant", content: ' "No." ' },
      { role: "user", content: "# And Monday?" },
      { role: "assistant", content: "Yes,\nfrom nine." },
    ],
  });
});

it("needs no more than a base", () => {
  expect(createModelfile({ base: "llama3" })).toBe("FROM llama3\n");
});

it.each([
  [{ base: "./model.gguf" }, "modelfile", "use `ollama create`"],
  [{ base: "no name" }, "modelfile", "'no name' is no model's name"],
  [{ base: "m", parameters: { heat: 1 } }, "modelfile", "'heat' is no parameter"],
  [
    {
      base: "m",
      examples: [
        { user: "a", assistant: "b" },
        { user: "c", assistant: " " },
      ],
    },
    "examples",
    "example 2 has no text of the assistant",
  ],
])("%j is refused", (model, param, message) => {
  expect(() => createModelfile(model)).toThrow(
    expect.objectContaining({
      code: "invalid_request",
      param,
      message: expect.stringContaining(message),
    }),
  );
});
