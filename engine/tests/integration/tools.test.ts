import { Ollama } from "ollama";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { TOOL_TEMPLATE } from "../../../tests/support/tool-template.ts";
import { type RunningEngine, linesOf, startEngine } from "./engine-process.ts";
import { storeWithTemplates } from "./temp-models.ts";

const TEMPLATES = {
  caller: TOOL_TEMPLATE,
  mute: "{% for m in messages %}{{ m.content }}{% endfor %}",
};

type Call = { id: string; function: { index: number; name: string; arguments: object } };
type Line = { message: { content: string; tool_calls?: Call[] }; done: boolean; error?: string };

const tool = {
  type: "function" as const,
  function: {
    name: "get_weather",
    description: "The weather of a city",
    parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  },
};
const question = { role: "user" as const, content: "What is the weather in Paris?" };
const options = { temperature: 0, num_predict: 12 };

describe("tools", () => {
  let engine: RunningEngine;
  let store: Awaited<ReturnType<typeof storeWithTemplates>>;

  beforeAll(async () => {
    store = await storeWithTemplates(TEMPLATES);
    engine = await startEngine({ OLLAMA_MODELS: store.folder });
  });
  afterAll(async () => {
    await engine.stop();
    await store.remove();
  });

  const chat = async (more: Record<string, unknown>) =>
    engine.post("/api/chat", { model: "caller", messages: [question], options, ...more });

  it("come out of a stream as calls, with nothing of their text", async () => {
    const lines = await linesOf<Line>(await chat({ tools: [tool] }));
    const calls = lines.flatMap(({ message }) => message.tool_calls ?? []);
    expect(calls).toEqual([
      {
        id: expect.stringMatching(/^call_[a-z0-9]{8}$/) as string,
        function: {
          index: 0,
          name: "get_weather",
          arguments: { city: "Paris" },
        },
      },
    ]);
    expect(lines.map(({ message }) => message.content).join("")).not.toContain("tool_call");
    expect(lines.at(-1)).toMatchObject({ done: true, message: { content: "" } });
  });

  it("come out of a whole answer and of both official clients", async () => {
    const whole = (await (await chat({ tools: [tool], stream: false })).json()) as Line;
    expect(whole.message.tool_calls?.map((call) => call.function.name)).toEqual(["get_weather"]);
    const native = await new Ollama({ host: engine.url }).chat({
      model: "caller",
      messages: [question],
      tools: [tool],
      options,
    });
    expect(native.message.tool_calls?.[0]?.function.arguments).toMatchObject({ city: "Paris" });
    const client = new OpenAI({ baseURL: `${engine.url}/v1`, apiKey: "none" });
    const request = { model: "caller", messages: [question], tools: [tool], max_tokens: 12 };
    const answer = await client.chat.completions.create({ ...request, temperature: 0 });
    const [choice] = answer.choices;
    expect(choice?.finish_reason).toBe("tool_calls");
    const [call] = choice?.message.tool_calls ?? [];
    expect(call).toMatchObject({ type: "function", function: { name: "get_weather" } });
    const stream = await client.chat.completions.create({
      ...request,
      temperature: 0,
      stream: true,
    });
    const deltas: unknown[] = [];
    const reasons: unknown[] = [];
    for await (const { choices } of stream) {
      deltas.push(...(choices[0]?.delta.tool_calls ?? []));
      reasons.push(choices[0]?.finish_reason);
    }
    expect(deltas).toMatchObject([{ index: 0, function: { name: "get_weather" } }]);
    expect(reasons.at(-1)).toBe("tool_calls");
  });

  it("get their results back", async () => {
    const call = { function: { name: "get_weather", arguments: { city: "Paris" } } };
    const messages = [
      question,
      { role: "assistant", content: "", tool_calls: [call] },
      { role: "tool", tool_name: "get_weather", content: "22 degrees" },
    ];
    const answer = (await (await chat({ messages, tools: [tool], stream: false })).json()) as Line;
    expect(answer.done).toBe(true);
    expect(answer.message.tool_calls).toBeUndefined();
  });

  it("are refused where the template knows none", async () => {
    const answer = await chat({ model: "mute", tools: [tool] });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({
      error: "registry.ollama.ai/library/mute:latest does not support tools",
    });
  });

  it("are shown as a capability", async () => {
    const show = async (model: string) =>
      (await (await engine.post("/api/show", { model })).json()) as { capabilities: string[] };
    expect((await show("caller")).capabilities).toContain("tools");
    expect((await show("mute")).capabilities).not.toContain("tools");
  });

  it("may be many and large; what does not fit is refused or cut", async () => {
    const many = Array.from({ length: 100 }, (_, index) => ({
      ...tool,
      function: { ...tool.function, name: `tool_${index}` },
    }));
    const short = { ...options, num_ctx: 64, num_predict: 1 };
    const cut = await chat({ tools: many, options: short, stream: false });
    expect(cut.status).toBe(200);
    const large = { ...tool, function: { ...tool.function, description: "x ".repeat(500_000) } };
    const refused = await chat({ tools: [large], options: short, truncate: false });
    expect(refused.status).toBe(400);
    expect(await refused.json()).toEqual({
      error: "the input length exceeds the context length",
    });
  });
});
