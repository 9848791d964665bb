import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startRealService, type RealService } from "../support/real-service.ts";
import { scriptedModel } from "../support/scripted-model.ts";
import { storeModel } from "../support/stored-model.ts";
import { TOOL_TEMPLATE } from "../support/tool-template.ts";

/** A template that knows tools, and leaves the call to the model. */
const PLAIN_TEMPLATE = TOOL_TEMPLATE.replace(/\{% if tools and .*$/s, "");

const tool = (name: string, properties: Record<string, unknown>) => ({
  type: "function" as const,
  function: {
    name,
    parameters: {
      type: "object",
      properties,
      required: Object.keys(properties),
      additionalProperties: false,
    },
  },
});
const WEATHER = tool("get_weather", { city: { enum: ["Paris"] } });
const TIME = tool("get_time", { zone: { enum: ["UTC", "CET"] } });
const NAMED = { type: "function" as const, function: { name: "get_time" } };

describe.each([
  ["leaves the call to the model", PLAIN_TEMPLATE],
  ["begins a call", TOOL_TEMPLATE],
])("the engine with a template that %s", (_what, template) => {
  let service: RealService;
  let store: string;
  let openai: OpenAI;

  beforeAll(async () => {
    store = await mkdtemp(join(tmpdir(), "shared-ollama-store-"));
    await storeModel(store, { name: "scripted", weights: scriptedModel(template) });
    service = await startRealService({ OLLAMA_MODELS: store, AUTO_PULL: "false" });
    const baseURL = `${service.url}/api/v1`;
    openai = new OpenAI({ baseURL, apiKey: "none", maxRetries: 0 });
  });
  afterAll(async () => {
    await service?.stop();
    await rm(store, { recursive: true, force: true });
  });

  const request = {
    model: "scripted",
    messages: [{ role: "user" as const, content: "What is the weather?" }],
    tools: [WEATHER, TIME],
    max_tokens: 300,
  };

  it.each([0, 1])("calls the tool that is named, at temperature %d", async (temperature) => {
    const asked = { ...request, tool_choice: NAMED, temperature };
    const whole = await openai.chat.completions.create(asked);
    const streamed = await openai.chat.completions.stream(asked).finalChatCompletion();
    for (const { choices } of [whole, streamed]) {
      const [choice] = choices;
      expect(choice?.finish_reason).toBe("tool_calls");
      const [call, ...more] = choice?.message.tool_calls ?? [];
      expect(more).toEqual([]);
      if (call?.type !== "function") throw new Error("no function was called");
      expect(call.function.name).toBe("get_time");
      const { zone } = JSON.parse(call.function.arguments) as { zone: string };
      expect(["UTC", "CET"]).toContain(zone);
    }
  });

  it("calls some tool where one is required, one at most where that is asked", async () => {
    const asked = { ...request, tool_choice: "required" as const, temperature: 0 };
    const { choices } = await openai.chat.completions.create(asked);
    expect(choices).toMatchObject([{ finish_reason: "tool_calls" }]);
    const single = await openai.chat.completions.create({ ...asked, parallel_tool_calls: false });
    expect(single.choices[0]?.message.tool_calls).toHaveLength(1);
  });

  it("says that a call was cut off", async () => {
    const asked = { ...request, tool_choice: NAMED, max_tokens: 4 };
    const { choices } = await openai.chat.completions.create(asked);
    expect(choices).toMatchObject([{ finish_reason: "length" }]);
    expect(choices[0]?.message.tool_calls).toBeUndefined();
  });

  it("refuses parameters that are too large to be held to, in the server's words", async () => {
    const names = Array.from({ length: 1000 }, (_, i) => [
      `field_${i}`,
      { type: "string", pattern: `^[a-z]{1,${i + 1}}$` },
    ]);
    const large = tool("large", Object.fromEntries(names) as Record<string, unknown>);
    const asked = { ...request, tools: [large], tool_choice: "required" as const };
    await expect(openai.chat.completions.create(asked)).rejects.toMatchObject({
      status: 400,
      message: expect.stringMatching(/too large|more work/) as string,
    });
  });
});
