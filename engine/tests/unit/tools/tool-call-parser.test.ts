import { describe, expect, it } from "vitest";
import { ToolCallParser } from "../../../tools/tool-call-parser.ts";
import { toolFormats } from "../../../tools/tool-format.ts";

const HERMES = "{{ '<tool_call>' }}";
const MISTRAL = "{{ '[TOOL_CALLS]' }}";
const LLAMA = "{{ tools }}";

type Setting = { template?: string; prompt?: string; piece?: number };

/** What comes out of an answer that arrives in pieces of so many characters. */
function read(answer: string, { template = HERMES, prompt = "", piece = 1 }: Setting = {}) {
  const names = new Set(["get_weather", "add"]);
  const parser = new ToolCallParser({
    formats: toolFormats(template),
    names,
    prompt,
    newId: () => "id",
  });
  const steps = [];
  for (let at = 0; at < answer.length; at += piece) {
    steps.push(parser.push(answer.slice(at, at + piece)));
  }
  steps.push(parser.end());
  const calls = steps.flatMap((step) => step.calls);
  expect(calls.map((call) => call.function.index)).toEqual(calls.map((_, index) => index));
  return {
    text: steps.map((step) => step.text).join(""),
    calls: calls.map((call) => [call.function.name, call.function.arguments]),
    steps,
  };
}

const paris = { name: "get_weather", arguments: { city: "Paris" } };
const wrapped = (call: unknown) => `<tool_call>\n${JSON.stringify(call)}\n</tool_call>`;

describe.each([1, 3, 1_000])("an answer in pieces of %i characters", (piece) => {
  it("is text where no call is", () => {
    const answer = "Use <b>tools</b>, <tool calls> and { braces }.";
    expect(read(answer, { piece })).toMatchObject({ text: answer, calls: [] });
  });

  it("gives calls in Hermes' and Qwen's form, and the text around them", () => {
    const answer = `Let me see.\n${wrapped(paris)}\n${wrapped({ name: "add", arguments: {} })}\n`;
    expect(read(answer, { piece })).toMatchObject({
      text: "Let me see.\n",
      calls: [
        ["get_weather", { city: "Paris" }],
        ["add", {}],
      ],
    });
  });

  it("gives calls in Llama's form, with its mark and without", () => {
    const call = JSON.stringify({ name: "add", parameters: { a: 1 } });
    for (const answer of [call, ` ${call}; ${call}`, `<|python_tag|>${call}`]) {
      const { calls, text } = read(answer, { template: LLAMA, piece });
      expect(calls[0]).toEqual(["add", { a: 1 }]);
      expect(text.trim()).toBe("");
    }
  });

  it("gives a list of calls in Mistral's form", () => {
    const answer = `[TOOL_CALLS][${JSON.stringify(paris)}, {"name":"add","arguments":{"a":"]"}}]`;
    expect(read(answer, { template: MISTRAL, piece })).toMatchObject({
      text: "",
      calls: [
        ["get_weather", { city: "Paris" }],
        ["add", { a: "]" }],
      ],
    });
  });

  it.each([
    ["of a tool that was not offered", wrapped({ name: "rm", arguments: {} })],
    ["that is no JSON", '<tool_call>{"name": get_weather}</tool_call>'],
    ["without arguments that are an object", wrapped({ name: "add", arguments: [1] })],
    ["that never ends", '<tool_call>{"name": "add", "arguments": {'],
    ["that is only a mark", "so: <tool_call>"],
  ])("gives a call %s back as text", (_, answer) => {
    expect(read(answer, { piece })).toMatchObject({ text: answer, calls: [] });
  });

  it("takes JSON that is no call, and JSON behind text, for text", () => {
    for (const answer of ['{"answer": 42}', 'So: {"name": "add", "parameters": {}}', "[1, 2]"]) {
      expect(read(answer, { template: LLAMA, piece })).toMatchObject({ text: answer, calls: [] });
    }
  });

  it("goes on with a call that the prompt has begun", () => {
    const prompt =
      '<|im_start|>assistant\n<tool_call>\n{"name": "get_weather", "arguments": {"city": "';
    const { text, calls } = read('Paris"}}\n</tool_call> done', { prompt, piece });
    expect(calls).toEqual([["get_weather", { city: "Paris" }]]);
    expect(text).toBe(" done");
    const other = read("Oslo is cold", { prompt, piece });
    expect(other).toMatchObject({ text: "Oslo is cold", calls: [] });
  });
});

it("sends text before a call at once and holds the call until it is whole", () => {
  const { steps } = read(`Hm. ${wrapped(paris)}`);
  expect(steps.slice(0, 3).map(({ text }) => text)).toEqual(["H", "m", "."]);
  const last = steps.findIndex(({ calls }) => calls.length > 0);
  expect(steps.slice(4, last).every(({ text }) => text === "")).toBe(true);
});

it("takes no earlier call of the conversation for the beginning of this one", () => {
  const prompt = `${wrapped(paris)}<|im_end|>\n<|im_start|>assistant\n`;
  expect(read("It is warm.", { prompt })).toMatchObject({ text: "It is warm.", calls: [] });
});

it("reads arguments that are a text, and calls nested as OpenAI nests them", () => {
  const nested = { type: "function", function: { name: "add", arguments: '{"a": 1}' } };
  expect(read(wrapped(nested)).calls).toEqual([["add", { a: 1 }]]);
});
